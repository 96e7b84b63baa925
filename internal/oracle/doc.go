// Package oracle judges the gate. It makes random worlds (a schema, a profile,
// data and a customer), asks random queries of the gate over the whole
// database, and asks the same text, byte for byte, of a database that holds
// nothing but that customer's rows and visible columns. Both must say the same.
//
// The judge shares nothing with the accused: what a customer may see is
// computed here by evaluating the policy's conditions on the rows in memory
// (policy_eval.go), and the reduced database is filled from that. No code of
// filter/ takes part in it, and no other package may import this one; it serves
// its own tests only.
//
// Read next: world.go (what a world is), reduce.go (what the customer may
// see), query.go (which queries are asked), judge.go (what counts as wrong).
package oracle
