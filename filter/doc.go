// Package filter is the gate: the single code path from a portal's request to
// an ERP, on behalf of one customer. It rewrites the request with the rules of
// the customer's profile, writes down what it decided, runs it, and streams
// the answer.
//
// Read gate.go first; it is the whole way in one function. Then the rooms in
// the order of that way: sqltoken, sqlast and sqlparse (what a request says),
// resolve (what its names mean), view (what a customer's world looks like),
// authorize (the decision), sqlprint (the SQL that runs), execute (running it).
//
// # What the gate promises
//
// Each promise is held by a test of its number in promises_test.go, by the
// oracle (internal/oracle) for random queries, and by the attack corpus in
// testdata/attacks.
//
//  1. No byte of a request reaches the ERP as SQL text. The statement is made
//     anew from the resolved tree: keywords, identifiers of the catalog,
//     generated aliases, numbers printed from parsed numbers; everything else
//     is a parameter with one type. TestPromise1NoTextOfTheRequestReachesTheERP
//  2. One statement, known nodes only. What the parser or the resolver does not
//     know is refused with its place; nothing is ever passed through.
//     TestPromise2OneStatementOfKnownNodes
//  3. Every base table is replaced by its filtered projection, at the place
//     where it stands, in every branch. Every table printed is qualified by its
//     schema where the engine has one, every column by an alias that is unique
//     in the statement. TestPromise3EveryTableIsItsFilteredProjection,
//     TestPromise3NoNameIsCaptured, TestPromise3ADroppedPolicyColumnFails
//  4. Outside the view nothing exists: a hidden column, a table outside the
//     profile and one that is not there give the same answer, the same bytes.
//     TestPromise4OutsideTheViewNothingExists
//  5. The filter may use what the customer may not see.
//     TestPromise5TheFilterMayUseWhatIsHidden
//  6. No identity, no rows: an empty customer, an attribute that the identity
//     lacks, an access that is not granted, a profile for another kind of ERP
//     are refused. Where an identity is compared with a constant it is itself
//     and nobody whose name looks alike, and customers whom a column that a
//     filter compares cannot tell apart are not taken by the synchronisation.
//     TestPromise6NoIdentityNoRows, TestPromise6ARevokedAccessEndsItsStreams,
//     TestPromise6AProfileForAnotherERPOpensNothing,
//     TestPromise6ACustomerIsNobodyWhoseNameLooksAlike,
//     TestPromise6LookAlikesAreNotTaken
//  7. Errors tell nothing: what the ERP said stays in the operator's log.
//     TestPromise7ErrorsTellNothing, TestPromise7WhatCannotBeComparedIsRefused
//  8. Nothing partial, and nothing dear, runs on rows that are not the
//     customer's. Everything is partial until the function table or the resolver
//     says total, which means that it cannot fail on any value of its types and
//     costs no more than its operands are long, as long as what a statement goes
//     through on a row stays small altogether. Where a statement holds anything
//     partial, or reads a view or what else the ERP computes when it is read, each
//     of its tables is read behind a fence that the engine's
//     optimiser does not move expressions across; conditions that cannot fail
//     are tested on the far side. SQL Server is not known to respect a fence:
//     there what can fail is printed so that it cannot, or refused with the code
//     can_fail, and so is what fails or costs before a row is met.
//     TestPromise8WhatCanFailMeetsOwnRowsOnly,
//     TestPromise8MuchTextMeetsOwnRowsOnly,
//     TestPromise8WhatAQueryAroundComputesStaysOnTheNearSide,
//     TestPromise8WhatFailsByItselfIsNoAnswerAboutOthers,
//     TestPromise8AConstantDoesNotHideInAColumnsWidth,
//     TestPromise8WhatTheERPComputesMeetsOwnRowsOnly,
//     TestPromise8AScalarSubqueryPinsAWholeKey; filter/authorize/fence.go
//  9. Writes stay inside. INSERT, UPDATE and DELETE are done where the profile's
//     writes and levels allow them, as values: a fenced read finds the rows and
//     computes what they get; the rows are locked by their keys with the row
//     filter beside each, and read again; every value is checked here, where row
//     and column can be named; a foreign key must point at what is visible; then
//     the rows are written by their keys, with the row filter beside, and must be
//     the customer's afterwards, or all of it is rolled back. What the filter
//     pins is set from the identity. And a write chooses no rows of others:
//     columns that row conditions of other tables, or files, hang on are only
//     read, unless the ERP's own keys see to it; foreign keys are given whole;
//     numbers that the ERP draws are its own. TestPromise9… in
//     promises_writes_test.go and attacks_yard_test.go; filter/view/kept.go
//     and carried.go
//  10. Bounded: text, depth, nodes, joins, lists, parameters, rows, bytes and
//     time each have a limit and a clear refusal; and so has what a small text
//     can grow into, here and inside an engine that writes some operators out
//     as two. A WITH that uses itself counts its rounds and fails. Who sends or reads
//     slowly keeps others from nothing. TestPromise10Bounded,
//     TestPromise10ASmallTextIsNoEndlessStatement, TestPromise10ARecursiveWithEnds;
//     filter/portal/patience.go
//  11. Cursors are sealed: the place at which a list goes on, which may hold a
//     key that the view hides, leaves only encrypted and authenticated, bound to
//     the dossier, the key and account, the customer, the view and the request. A
//     cursor that was changed, is somebody else's, another request's or older
//     than the view gets one answer, the same bytes.
//     TestPromise11CursorsAreSealed; filter/portal/cursor.go
//  12. Plans are shared, data never: a compiled plan holds no value of a
//     customer. TestPromise12PlansAreSharedDataNever
//
// And deciding and auditing are one act: where the audit entry cannot be
// written, nothing is run. TestNothingRunsUnaudited
//
// # What remains
//
// Gaps in generated ids, uniqueness, time-outs and load are shared with other
// customers; so is how soon a request is compiled that somebody with the same view
// has sent to the letter before. Triggers of the ERP write what they like. The order
// among equals and the last digit of a sum of floats may depend on the plan, and so
// may whether something that fails on the customer's own rows is come to at all:
// engines plan by how many rows everybody has together. LIKE and = compare as the
// ERP's collation does: where it
// does not tell case apart, neither do they (on SQLite LIKE ignores the case of
// ASCII letters, and = does not). SQLite computes sums as binary floats.
package filter
