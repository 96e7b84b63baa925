package oracle

// The conditions of a profile, as the oracle knows them: a tree that it writes
// out for the gate (policy_text.go) and evaluates itself (policy_eval.go).

// term is a node of a condition: something with a value for one row.
type term struct {
	op    string // see policy_eval.go for what each means
	args  []*term
	value value     // of "value"
	name  string    // of "param"
	col   *column   // of "column"
	from  *binding  // of "column": whose row
	sub   *subquery // of "exists", "in" and "scalar"
	not   bool
}

// binding is a table that a condition reads, or the row itself.
type binding struct {
	table *table
	alias string // "" is the row itself
}

// subquery is SELECT items FROM … WHERE where. Its tables are joined by
// commas or, with on, by JOIN … ON; with left, by LEFT JOIN.
type subquery struct {
	from  []*binding
	on    *term // of the second binding
	left  bool
	where *term
	items []*term // of "in"; of "scalar" the aggregate's argument
	agg   string  // of "scalar": COUNT, MAX or MIN
}

func column1(b *binding, c *column) *term      { return &term{op: "column", from: b, col: c} }
func constant(v value) *term                   { return &term{op: "value", value: v} }
func parameter(name string) *term              { return &term{op: "param", name: name} }
func operation(op string, args ...*term) *term { return &term{op: op, args: args} }
