// Package portal is the HTTP front that portals read an ERP through: rows in
// PostgREST's conventions, the portal's SQL, and the catalog of what the caller
// may ask for.
//
// It turns a request into a filter.Request and an answer into bytes, and
// decides nothing. It must never reach an ERP but through the gate, never put a
// value of a request into a query's text (each becomes a parameter), never look
// into a view to explain why something is refused, and never let an answer that
// was cut short look whole.
//
// Read portal.go for the routes, rows.go and sql.go for the two ways of asking,
// rowsquery.go, rowsselect.go and conditions.go for PostgREST's grammar, embed.go,
// embedquery.go and embedread.go for rows within rows, cursor.go for long lists, stream.go and the
// files beside it for how answers are written, and docs/portal-api.md for what
// portals are promised.
package portal
