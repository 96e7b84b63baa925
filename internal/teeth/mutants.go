package main

// mutants are the faults, by the promise they break (filter/doc.go).
var mutants = []mutant{
	// 1. No byte of a request reaches the ERP as SQL text.
	{"1: the requested label is printed", "filter/sqlprint/query.go", `p.put(" AS " + output(i))`, `p.put(" AS "); p.name(s.Columns[i].Label)`},
	{"1: quotes inside a name are not doubled", "filter/sqlprint/dialect.go", "if name[i] == shut {", "if false {"},

	// 2. One statement of known nodes.
	{"2: what follows the first statement is ignored", "filter/sqlparse/parse.go", `if err := p.finish("the end of the query"); err != nil {`, `if err := p.finish("the end of the query"); err != nil && false {`},

	// 3. Every table is its filtered projection.
	{"3: the row filter is not printed", "filter/sqlprint/scan.go", "if always, ok := r.Policy.Where.(*querytree.Bool); !ok || !always.Value {", "if false {"},
	{"3: a table without policy is printed", "filter/sqlprint/scan.go", "if r.Policy == nil || r.Policy.Where == nil {", "if r.Policy == nil {"},
	{"3: tables of one statement share an alias", "filter/sqlprint/sqlprint.go", "p.rows++", "p.rows = 1"},
	{"3: rows are left out of the filter", "filter/view/bind.go", "all = append(all, x)\n\t}\n\tif rule.Seek", "_ = x\n\t}\n\tif rule.Seek"},
	{"3: modules are left out of the filter", "filter/view/bind.go", "if len(rule.Modules) > 0 {", "if false {"},
	{"3: a module that is off counts", "filter/view/bind.go", "if b.counts(b.v.Profile.Modules[m].Level) {", "if true {"},
	{"3: a follower sees all headers", "filter/view/bind.go", "sel := &querytree.Select{From: header.Self, Where: header.Where}", "sel := &querytree.Select{From: header.Self}"},
	{"3: parts of the filter are put together with OR", "filter/view/bind.go", `policy.Where = &querytree.Op{Op: "AND", Args: all`, `policy.Where = &querytree.Op{Op: "OR", Args: all`},
	{"3: OR in a filter loses its parentheses", "filter/sqlprint/expr.go", "if prec(x) < least {", "if false {"},
	{"3: bare names in a policy's subquery", "filter/resolve/scope.go", "if len(n.Parts) == 1 && (r.policy || r.inResource) && s.outer != nil {", "if false {"},

	// 4. Outside the view nothing exists.
	{"4: hidden columns are shown", "filter/view/bind.go", "if ok && r.Hidden || !ok && !rule.OtherColumns {", "if !ok && !rule.OtherColumns {"},
	{"4: columns that are not listed are shown", "filter/view/bind.go", "if ok && r.Hidden || !ok && !rule.OtherColumns {", "if ok && r.Hidden {"},
	{"4: requests are resolved against the whole catalog", "filter/plan.go", "Tables: v.Lookup,", "Tables: v.Catalog.Table,"},
	{"4: a hidden key is named", "filter/view/bind.go", "if sees(t.PrimaryKey) {", "if true {"},

	// 6. No identity, no rows.
	{"6: the gate does not look at the identity", "filter/gate.go", "if !req.Caller.Valid() {", "if false {"},
	{"6: an access need not be granted", "internal/identity/caller.go", "c.Access.State == directory.AccessGranted", "c.Access.State != directory.AccessRevoked"},
	{"6: an access of another customer will do", "internal/identity/caller.go", "c.Access.CustomerID == c.Customer.ID &&", ""},
	{"6: an empty attribute is bound", "filter/execute/bind.go", `if !ok || strings.TrimSpace(text) == "" {`, `if !ok && strings.TrimSpace(text) == "" {`},
	{"6: the request can name the identity", "filter/execute/bind.go", "text, ok := v.Identity(p.Slot.Name)", "text, ok := v.Identity(p.Slot.Name)\n\t\tif x, given := v.Named[p.Slot.Name].(string); given {\n\t\t\ttext, ok = x, true\n\t\t}"},
	{"6: streams outlive a revoked access", "filter/live.go", "if err := l.still(ctx); err != nil {", "if err := l.still(ctx); err != nil && false {"},

	// 7. Errors tell nothing.
	{"7: the ERP's words reach the requester", "filter/execute/rows.go", `"the ERP could not answer this request")`, `"the ERP could not answer this request: %v", err)`},

	// 8. What can fail on a row is refused.
	{"8: nothing is fenced", "filter/authorize/authorize.go", "if querytree.HoldsPartial(q) || q.Dear || ", "if q.Dear || "},
	{"8: what is dear altogether is not fenced", "filter/authorize/authorize.go", "if querytree.HoldsPartial(q) || q.Dear || ", "if querytree.HoldsPartial(q) || "},
	{"8: what the ERP computes when it is read is not fenced", "filter/authorize/authorize.go", "formulas(d.readings, v.Catalog.Engine) || ", ""},
	{"8: no fence is printed", "filter/sqlprint/scan.go", "if r.Fenced {", "if false {"},
	{"8: PostgreSQL has no fence", "filter/sqlprint/postgres.go", `return "", " OFFSET 0"`, `return "", ""`},
	{"8: MariaDB has no fence", "filter/sqlprint/mariadb.go", `return "", " LIMIT 18446744073709551615"`, `return "", ""`},
	{"8: SQLite has no fence", "filter/sqlprint/sqlite.go", `return "", " LIMIT 9223372036854775807"`, `return "", ""`},
	{"8: a long text is taken for a short one", "filter/plan.go", "if len(x) > resolve.ShortText {", "if len(x) > 1<<30 {"},
	{"8: a row beside a list is counted once", "filter/resolve/predicate.go", "len(x.List)-1, x.Pos()); err != nil { // it stands", "0, x.Pos()); err != nil { // it stands"},
	{"8: text without end is cheap", "filter/resolve/partial.go", "return r.worked > dearText", "return false"},
	{"8: comparing text without end is cheap", "filter/resolve/predicate.go", "*partial || made.Partial", "*partial"},
	{"8: a WITH without end cannot fail", "filter/resolve/recursive.go", "fails := r.opt.Engine != catalog.SQLServer", "fails := false && r.opt.Engine != catalog.SQLServer"},
	{"8: a sum of floats cannot fail", "filter/sqlfunc/aggregate.go", "return t.Kind == sqltype.Float || e == ", "return e == "},
	{"8: what can fail is tested behind the fence", "filter/authorize/fence.go", "case querytree.Partial(x), p.plainly", "case !ok && querytree.Partial(x) && false, p.plainly"},
	{"8: a pattern is tried on everybody's statistics", "filter/resolve/like.go", "if v.Type().Folding {", "if v.Type().Folding && false {"},
	{"8: a query is asked for anybody's row", "filter/authorize/authorize.go", "|| dear(q) || ", "|| "},
	{"8: a join is made for anybody's row", "filter/authorize/authorize.go", " || dearJoins(v, q, d.readings) {", " {"},
	{"8: many tables cost little", "filter/authorize/joins.go", "if len(sources) > mostTied {", "if len(sources) > mostTied && false {"},
	{"8: tables without a key in common are tied", "filter/authorize/joins.go", "if next < 0 {\n\t\t\treturn false", "if next < 0 {\n\t\t\treturn true"},
	{"8: what a table beside it holds goes behind the fence", "filter/authorize/fence.go", "other = other || p.here[ref.Source] || ", "other = other || "},
	{"8: a LATERAL is asked for anybody's row", "filter/authorize/dear.go", "ok && d.Lateral {", "ok && d.Lateral && false {"},
	{"8: the null side of a join is narrowed by WHERE", "filter/authorize/fence.go", `case "LEFT":
			right = on`, `case "LEFT":
			right = append(on, conditions...)`},
	{"8: the null side of a join turned round is narrowed by WHERE", "filter/authorize/fence.go", `case "RIGHT":
			left = on`, `case "RIGHT":
			left = append(on, conditions...)`},
	{"8: arithmetic on floats cannot fail", "filter/resolve/arithmetic.go", "T: t, Partial: r.opt.Engine != catalog.SQLite}", `T: t, Partial: r.opt.Engine == "none" && r.opt.Engine != catalog.SQLite}`},
	{"8: decimals of any size cannot fail", "filter/resolve/arithmetic.go", "out.Partial = true", "out.Partial = false"},
	{"8: patterns of columns are cheap", "filter/resolve/like.go", "Insensitive: x.Insensitive, Partial: computed}", "Insensitive: x.Insensitive}"},
	{"8: division by zero fails on PostgreSQL", "filter/sqlprint/postgres.go", `return "ROUND((", " + 0.0000000000) / NULLIF(", ", 0), 6)"`, `return "ROUND((", " + 0.0000000000) / COALESCE(", ", 0), 6)"`},
	{"8: half a key is enough for a single row", "filter/resolve/scalar.go", "!slices.ContainsFunc(key, func(col string) bool { return !pinned[col] })", "slices.ContainsFunc(key, func(col string) bool { return pinned[col] })"},
	{"8: scalar subqueries may give two rows", "filter/resolve/scalar.go", "if !atMostOne(q) {", "if false {"},
	{"8: a row condition may hold what can fail", "filter/resolve/partial.go", "case r.policy:", "case false:"},
	{"8: patterns may end in their escape", "filter/resolve/like.go", `if rest == "" {`, "if false {"},

	// 9. Writes stay inside.
	{"9: inserted rows need not be the customer's", "filter/execute/write.go", "if err := r.still(keys, true); err != nil {", "if err := r.still(keys, true); err != nil && false {"},
	{"9: changed rows need not be the customer's", "filter/execute/write.go", "if err := r.still(keys, false); err != nil {", "if err := r.still(keys, false); err != nil && false {"},
	{"9: statements about keys have no row filter", "filter/sqlprint/write.go", "if always, ok := t.Policy.Where.(*querytree.Bool); !ok || !always.Value {", "if false {"},
	{"9: rows that may only be read are written", "filter/execute/write.go", "case locked[key]:", "case locked[key] || asked[key]:"},
	{"9: a commit ends with its request", "filter/execute/write.go", "context.WithCancel(context.WithoutCancel(ctx))", "context.WithCancel(ctx)"},
	{"9: a commit that nobody answered is told as rolled back", "filter/execute/write.go", "return refusal.Because(err, refusal.Uncertain,", "return refusal.Because(err, refusal.Unavailable,"},
	{"9: an INSERT points anywhere", "filter/execute/write.go", "if err := r.referenced(rows); err != nil {", "if err := r.referenced(rows); err != nil && false {"},
	{"9: an UPDATE points anywhere", "filter/execute/write.go", "if err := r.referenced(values); err != nil {", "if err := r.referenced(values); err != nil && false {"},
	{"9: a pinned column takes another value", "filter/execute/write_values.go", "case !same(out[i], pinned):", "case false:"},
	{"9: a pinned column is not set", "filter/execute/write_values.go", "case !c.Given:", "case false:"},
	{"9: an UPDATE changes a pinned column", "filter/authorize/write.go", "case kind == querytree.Update && pin != nil:", "case false:"},
	{"9: an UPDATE changes the key", "filter/authorize/write.go", "if kind == querytree.Update && k.Name == c.Name {", "if kind == querytree.Update && k.Name == c.Name && false {"},
	{"9: a read-only column is written", "filter/authorize/write.go", "case t.Rule(c).ReadOnly && (kind", "case false && (kind"},
	{"9: a mandatory column may be blank", "filter/execute/write_values.go", "if c.Mandatory && blank(out[i]) {", "if false {"},
	{"9: a mandatory column may be left out", "filter/authorize/write.go", "if t.Rule(c).Mandatory && !given[c.Name] {", "if false {"},
	{"9: what points out of the view is written", "filter/authorize/write.go", "if from.Name == c.Name && r.To == nil && pin == nil {", "if from.Name == c.Name && r.To == nil && pin == nil && false {"},
	{"9: writes are not asked of the profile", "filter/authorize/write.go", "if !t.Writes.Allows(w.Kind.String()) {", "if t.Writes == nil {"},
	{"9: a level that reads writes", "filter/view/write.go", "return l.AllowsWriting()", "return l.AllowsReading()"},
	{"9: who sees with a customer's eyes writes", "filter/write.go", "if req.Caller.ReadOnly {", "if false {"},
	{"9: writes run unaudited", "filter/write.go", "if err := g.audit.Begin(ctx, entry); err != nil {", "if err := g.audit.Begin(ctx, entry); err != nil && false {"},
	{"9: an access withdrawn meanwhile commits", "filter/execute/write.go", "if b.Last != nil {", "if b.Last != nil && false {"},
	{"9: PostgreSQL does not lock what the filter reads", "filter/sqlprint/write.go", `return " FOR SHARE"`, `return ""`},
	{"9: MariaDB does not lock what the filter reads", "filter/sqlprint/write.go", `return " LOCK IN SHARE MODE"`, `return ""`},
	{"9: rows are not locked", "filter/sqlprint/write.go", `if engine == catalog.Postgres || engine == catalog.MariaDB {
			p.put(" FOR UPDATE")`, `if false {
			p.put(" FOR UPDATE")`},
	{"9: rows are not read again once they are locked", "filter/execute/write.go", "now, err := r.found()", "now, err := first, error(nil)"},
	{"9: MariaDB writes on what was", "internal/erp/mariadb.go", "LEVEL READ COMMITTED, READ WRITE", "LEVEL REPEATABLE READ, READ WRITE"},
	{"9: deferred constraints wait for the commit", "internal/erp/write.go", `"SET CONSTRAINTS ALL IMMEDIATE"`, `"SELECT 1"`},
	{"9: tables that cannot be rolled back are written", "filter/view/write.go", "case t.Catalog.NoRollback:", "case false:"},
	{"9: writes are carried out of the view", "filter/view/write.go", "if into := b.carriedInto(operation, rule, t); len(into) > 0 {", "if into := b.carriedInto(operation, rule, t); len(into) > 0 && false {"},
	{"9: conditions that cannot be locked are written under", "filter/view/write.go", "if err := lockable(b.v.Catalog.Engine, policy); err != nil {", "if err := lockable(b.v.Catalog.Engine, policy); err != nil && false {"},
	{"9: found rows are not counted", "filter/execute/write.go", "if err := r.few(rows); err != nil {", "if err := r.few(rows); err != nil && false {"},
	{"9: inserted rows are not counted", "filter/execute/write_values.go", "return out, r.few(out)", "return out, nil"},
	{"9: a row leaves its resource", "filter/execute/write_keys.go", "row, there := rows[keyText(key)]\n\t\tif !there {", "row, there := rows[keyText(key)]\n\t\tif !there && i < 0 {"},
	{"9: columns by which others' rows are found are written", "filter/view/write.go", "b.keep(tables)", "// b.keep(tables)"},
	{"9: only what the levels show keeps a column", "filter/view/kept.go", "whole: true}", "whole: false}"},
	{"9: files are found by what customers write", "filter/view/kept.go", "k.files(of)\n", "_ = k.files\n"},
	{"9: another profile's rows hang on nothing", "filter/worlds.go", "view.Bind(p, cat, book.Beside(p)...)", "view.Bind(p, cat)"},
	{"9: another profile comes into force unseen", "filter/worlds.go", "key.book = book", "_ = book"},
	{"9: a column is written below its module's level", "filter/view/kept.go", "k.levels()", "// k.levels()"},
	{"9: a half of a foreign key is given", "filter/write.go", "if p.err == nil && given {", "if p.err == nil && given && false {"},
	{"9: a computed foreign key points anywhere", "filter/view/kept.go", "if c != nil && c.Computed {", "if c != nil && c.Computed && false {"},
	{"9: what is left of a row that is gone goes to a new one", "filter/execute/write.go", "if err := r.unclaimed(rows, false); err != nil {", "if err := r.unclaimed(rows, false); err != nil && false {"},
	{"9: what is left of a row that is gone goes to one that the ERP numbers", "filter/execute/write.go", "if err := r.unclaimed(keys, true); err != nil {", "if err := r.unclaimed(keys, true); err != nil && false {"},
	{"9: what is left of anything else is told", "filter/view/kept.go", "out.Self, out.Where = self, alone(where, self)", "_ = alone"},
	{"9: a condition under NOT ties", "filter/view/uses.go", "		if x.Not {\n			at = apart\n		}\n", ""},
	{"9: a condition that counts ties", "filter/view/uses.go", "plain: at.plain && !b.Grouped &&", "plain: at.plain &&"},
	{"9: what a condition compares with a value is written", "filter/view/kept.go", "	for _, c := range u.mentions {", "	for _, c := range u.mentions[:0] {"},
	{"9: what is not there is deleted", "filter/view/kept.go", "	if !u.plain {\n		k.without(", "	if false {\n		k.without("},
	{"9: a row is put in that nothing ties", "filter/view/kept.go", "	if !apart {\n		k.without(what+\" hang on which", "	if false {\n		k.without(what+\" hang on which"},
	{"9: a view's tables are written", "filter/view/kept.go", "if reads == nil || slices.Contains(reads, t.Catalog) {", "if false {"},
	{"9: a partition is written", "filter/view/kept.go", "if t.Catalog.Kin {", "if false {"},
	{"9: a foreign key that nobody checked is believed", "filter/view/kept.go", "checked && !fk.Checked {", "false {"},
	{"9: while a condition cannot be bound its columns are written", "filter/view/kept.go", "		if !r.failed[name] {\n			continue", "		if true {\n			continue"},
	{"9: where files are looked for is written", "filter/view/kept.go", "k.filesWhere(of, what, table, f.Where)", "_ = k.filesWhere"},
	{"9: a cascade leaves the catalog", "filter/view/write.go", "for _, out := range parent.Outside {", "for _, out := range parent.Outside[:0] {"},
	{"9: a reference waits for another's row", "filter/write.go", "if p.engine != catalog.SQLite { // nobody else", "if false { // nobody else"},
	{"9: a constraint takes another's row out", "filter/view/write.go", "if t.Catalog.Replaces && (w.Insert || w.Update) {", "if false {"},
	{"9: a cascade reaches others' rows", "filter/view/write.go", "return rule.Allows(operation) && b.allFollow(rule, t, parent, fk)", "return rule.Allows(operation)"},
	{"9: PostgreSQL's numbers are given by customers", "internal/erp/postgres_catalog.go", "a.attidentity <> ''", "a.attidentity = 'a'"},
	{"9: MariaDB's numbers are given by customers", "internal/erp/mariadb_catalog.go", "c.EXTRA LIKE '%auto_increment%' OR", ""},
	{"9: a key of one's own opens what was pushed for it", "filter/view/resource.go", "return r.Table.Rule(stored).ReadOnly || !rule.Allows(profiles.Insert) && (primary || !rule.Allows(profiles.Update))", "return rule.Name != stored.Name || primary"},
	{"9: a hidden key is written by its inner name", "filter/resolve/write.go", "if strings.HasPrefix(c.name, JoinKey) {", "if strings.HasPrefix(c.name, JoinKey) && false {"},
	{"9: the ERP's words about a write reach the requester", "filter/execute/write_run.go", `return say(refusal.Duplicate, "a row with this key is there already")`, `return say(refusal.Duplicate, "a row with this key is there already: "+err.Error())`},
	{"9: another number of rows than one is written", "filter/execute/write.go", "b.Exactly > 0 && n != b.Exactly ||", ""},
	{"9: a write without a condition is all rows", "filter/portal/rowswrite.go", "if kind != sqlast.Insert && q.where == nil {", "if false {"},
	{"9: upserts pass for inserts", "filter/portal/rowswrite.go", "case prefer.upsert:", "case false:"},

	// 10. Bounded.
	{"10: rows are not capped", "filter/execute/rows.go", "if r.bounds.Rows > 0 && r.count >= int64(r.bounds.Rows) ||", "if"},
	{"10: rounds are not counted", "filter/sqlprint/with.go", "1<<63-1-querytree.MaxRounds", "1<<63-1-1000*querytree.MaxRounds"},
	{"10: UNION may make new values", "filter/resolve/recursive.go", "!column && !all {", "!column && false {"},
	{"10: grouping sets are not counted", "filter/resolve/sets.go", "if b == nil || len(a)*len(b) > maxSets {", "if b == nil {"},
	{"4: a lateral query sees what is not beside it", "filter/resolve/lateral.go", "case s.noLateral:", "case false:"},
	{"10: joins are not counted", "filter/resolve/from.go", "if r.joins++; r.joins > most {", "if false {"},
	{"10: what a statement grows into is not counted", "filter/resolve/resolve.go", "if r.nodes += n; r.nodes > most {", "if r.nodes += n; r.nodes > 20*most {"},

	// 11. Cursors are sealed.
	{"11: a cursor serves any customer", "filter/portal/cursor.go", "who.Customer.ID, who.Customer.Code, ", ""},
	{"11: a cursor serves any key", "filter/portal/cursor.go", "who.KeyID, ", ""},
	{"11: a cursor serves any account", "filter/portal/cursor.go", "who.Membership.Account, ", ""},
	{"11: a cursor outlives its view", "filter/portal/cursor.go", "world.Digest(), ", ""},
	{"11: a cursor serves any request", "filter/portal/cursor.go", "add(p.key)\n\t\tadd(p.value)", "_ = p"},
	{"11: a key that is shown in part is read twice", "filter/view/relation.go", "key[i] = visible.Columns[j]\n\t\t\tcontinue", "_ = j"},
	{"11: the hidden key has a name", "filter/resolve/scope.go", "return JoinKey + columnOf(rel.table, i).Name", "return columnOf(rel.table, i).Name"},
	{"4: what is computed of a column outlives the column's module", "filter/view/veiled.go", "return !b.v.Profile.Modules[c.Module].Level.AllowsReading()", "return false"},
	{"4: a hidden column that resources are computed of has a name", "filter/resolve/scope.go", "return VeilKey + columnOf(rel.table, i).Name", "return columnOf(rel.table, i).Name"},
	{"9: a search is left out of a write", "filter/portal/rowswrite.go", "if err := q.searchIsColumn(); err != nil { // what is written is a table, which nobody searches\n\t\treturn nil, err\n\t}\n", ""},

	// 12. Plans are shared, data never.
	{"12: plans are shared between views", "filter/plankey.go", "view: w.View.Digest(), ", ""},
	{"12: plans are shared between kinds of values", "filter/plankey.go", "b = append(b, '0'+byte(kind(x)))", "_ = x"},
	{"12: plans are shared between dossiers", "filter/plankey.go", "dossier: w.Dossier, ", ""},
	{"12: plans are shared between texts", "filter/plankey.go", "text: text, ", ""},
	{"12: two profiles have one digest", "filter/view/bind.go", "p.Name, p.Version, p.Digest, cat.Fingerprint()", `p.Name, p.Version, "", cat.Fingerprint()`},

	// Deciding and auditing are one act.
	{"audit: what cannot be written down is run", "filter/gate.go", "if err := g.audit.Begin(ctx, entry); err != nil {", "if err := g.audit.Begin(ctx, entry); err != nil && false {"},
	{"audit: refusals are not written down", "filter/gate.go", "if lost := g.audit.Begin(ctx, entry); lost != nil {", "if lost := error(nil); lost != nil {"},

	// The second look at every column and table.
	{"authorize: the zero decision allows", "filter/authorize/authorize.go", "if !d.allowed {\n\t\treturn querytree.Reading{}", "if false {\n\t\treturn querytree.Reading{}"},
	{"authorize: tables outside the view", "filter/authorize/authorize.go", `case t == nil:
		return nil, outside`, `case false:
		return nil, outside`},
	{"authorize: columns outside the view", "filter/authorize/authorize.go", "if !shows(t.Visible, used) && !keys[used] {", "if false {"},
	{"authorize: pinned columns need no pin", "filter/authorize/pinned.go", "if !pins(conditions, s, col) {", "if !pins(conditions, s, col) && false {"},

	// Files are those of the customer's rows.
	{"files: a level that lists opens them", "profiles/files.go", "if m.Level == LevelList {", "if m.Level == LevelList && false {"},
	{"files: a value of a pattern is a path", "filter/files.go", "if s.Pattern != \"\" && (strings.ContainsAny(v, `/\\`) || v == \".\" || v == \"..\") {", "if false {"},
	{"files: those that are not published are there", "filter/filefinder.go", `if s.Where.SQL != "" {`, "if false {"},
	{"files: an id is read loosely", "filter/filefinder.go", "if err != nil || strconv.FormatInt(n, 10) != text {", "if err != nil {"},
	{"files: a row's files are everybody's", "filter/filefinder.go", `") f ON " + strings.Join(on, " AND ")`, `") f ON " + strings.Join(on, " OR ") + " OR 1 = 1"`},
	{"files: a hidden column finds them", "filter/filefinder.go", "if r := world.View.Resource(f.req.Resource); r == nil || r.Column(f.column) == nil {", "if r := world.View.Resource(f.req.Resource); r == nil {"},
	{"files: they are opened unaudited", "filter/files.go", "if err := g.audit.Begin(ctx, entry); err != nil {", "if err := g.audit.Begin(ctx, entry); err != nil && false {"},
	{"files: rows share what was pushed", "internal/filestore/pushed.go", "folder := hashed(key)", `folder := hashed("")`},
	{"files: what was pushed for a number alone is everybody's", "filter/files/files.go", "if found.SameForAll {", "if true {"},
	{"files: customers share what was pushed", "internal/filestore/pushed.go", `folder += "-" + hashed(customer)`, "folder += customer[:0]"},
	{"files: a path leads out of its root", "internal/filestore/path.go", "if !plain(part) {", "if false {"},
	{"files: an access withdrawn meanwhile reads on", "filter/portal/files.go", "r.err = r.still(r.client)", "_ = r.still"},

	// The outbox keeps what its customer may ask for, and shows nobody else's.
	{"outbox: any level sends", "profiles/requests.go", "if !known || !p.Modules[k.Module].Level.AllowsWriting() {", "if !known {"},
	{"outbox: a form names hidden columns", "filter/portal/requestscatalog.go", "if r := world.Resource(f.Refers.To); r == nil || r.Column(f.Refers.Column) == nil {", "if r := world.Resource(f.Refers.To); r == nil {"},
	{"outbox: any level reads", "internal/outbox/outbox.go", "if k := p.Requests[name]; p.Modules[k.Module].Level.AllowsReading() {", "if k := p.Requests[name]; true {"},
	{"outbox: a request names anybody's record", "internal/outbox/outbox.go", "if err := o.checkReferences(ctx, s, world, checked); err != nil {", "if err := o.checkReferences(ctx, s, world, checked); err != nil && false {"},
	{"outbox: everybody's requests are listed", "internal/outbox/outbox.go", "q.Dossier, q.CustomerID, q.Kinds = q.Caller.Dossier, q.Caller.Customer.ID, kinds", "q.Dossier, q.Kinds = q.Caller.Dossier, kinds"},
	{"outbox: requests are kept unaudited", "internal/outbox/outbox.go", "if err := o.Audit.Begin(ctx, e); err != nil {", "if err := o.Audit.Begin(ctx, e); err != nil && false {"},
	{"outbox: who sees with a customer's eyes sends", "internal/outbox/outbox.go", "if s.Caller.ReadOnly {", "if false {"},
	{"outbox: another body passes under a used key", "internal/outbox/outbox.go", "if r.Digest != digest {\n\t\treturn", "if false {\n\t\treturn"},
	{"outbox: any number waits", "internal/outbox/outbox.go", "cmp.Or(o.Open, DefaultOpen)", "cmp.Or(o.Open, 1<<30)"},
	{"outbox: a field that is not in the form is kept quiet about", "internal/outbox/form.go", "if !known[name] {", "if !known[name] && false {"},
	{"outbox: a mandatory field may be blank", "internal/outbox/form.go", "} else if f.Mandatory {", "} else if f.Mandatory && false {"},
}
