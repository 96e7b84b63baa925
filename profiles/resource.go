package profiles

// Resource is a table, or a part of one, under a name that people understand:
// invoices instead of F_DOCENTETE. The standard profiles use the same names
// for resources and their columns on every ERP.
//
// A resource is read through its tables, with their row filters, and its
// columns come from columns that they show; only what the author computes may
// be made of hidden ones, where he names them. Raw table names keep working beside it.
type Resource struct {
	// Name is what requests call it. EN is the resource's key in the profile,
	// FR its French name; either may be used, and so may Synonyms.
	Name     Text
	Synonyms []string
	Title    Text // for people; may be empty
	// Table is the key in Profile.Tables of the table that it is a part of.
	// It is empty where Query is given.
	Table string
	// Query is a SELECT of the portal's SQL over tables of the profile, for
	// what no single table holds. It stands instead of Table.
	Query Condition
	// Where leaves the part of Table that the resource is; an empty SQL is
	// every row. The row is self, as in Computed.
	Where       Condition
	Columns     map[string]ResourceColumn
	ColumnOrder []string // as written
	Relations   map[string]Relation
	// Search names the columns of the resource that a search in free text
	// looks into.
	Search []string
	// Key names the column of the resource by whose value the files of a row
	// are asked for; empty for number or, without one, id. See FileKey.
	Key   string
	Files map[string]FileSource // by the name of the source
	Line  int
}

// ResourceColumn is one column of a resource. At least one of From and
// Computed is given.
type ResourceColumn struct {
	// From names the column of the table that it is, or several of which the
	// first that a dossier has is taken: generations of an ERP differ. One that
	// its module hides counts as missing.
	From []string
	// Computed is an expression of the portal's SQL, taken where a dossier
	// has no column of From. The resource's own row is called self, and
	// every column is written with its table: self.DO_Type. Subqueries read
	// the profile's tables through their row filters.
	Computed Condition
	// UsesHidden names columns that their tables hide, and that Computed may
	// read all the same: what is computed of them is the author's to publish.
	UsesHidden []HiddenColumn
	// ByLanguage gives, by language, the names under which JSON of the column holds
	// the text, the best one first; see Languages. Where the column of From is no
	// JSON it changes nothing.
	ByLanguage Languages
	Label      Text // for people; may be empty
	// Values decodes what is stored. A column with values shows the code,
	// and beside it stands a column <name>_label with the label. What is
	// stored but not listed has the code and label of Other, or NULL where
	// there is no Other.
	Values []Value
	Other  *Value
	Line   int
}

// Languages are names of languages as an ERP writes them, such as fr_FR, by the
// language of the one who asks.
type Languages struct{ FR, EN []string }

// HiddenColumn is a hidden column of a table, by the table's key in the profile.
type HiddenColumn struct{ Table, Column string }

// Value is what one stored value means.
type Value struct {
	Stored string // as written in the profile; compared in the column's own type. Empty for Other
	Code   string // the same on every ERP
	Label  Text
}

// LabelSuffix is what the name of the label of a column with values ends in.
const LabelSuffix = "_label"

// Relation says which rows of another resource belong to a row of this one.
type Relation struct {
	To string // key in Profile.Resources
	// On pairs columns that must be equal: of the table (or the query) of
	// this resource, then of that one's.
	On [][2]string
	// One says that at most one row matches: lines have one document.
	One  bool
	Line int
}

// FileSource says where files of a resource's rows come from: a path that
// columns hold or are put into, or the bytes themselves in a column. Its columns may be hidden
// ones; no request can name them.
type FileSource struct {
	// Table is the ERP's table that knows the files, with the pairs of columns
	// (the resource's table, that table) that tie it to a row, and the rows of
	// it that are meant. Where Table is empty, the resource's own row knows.
	Table string
	On    [][2]string
	Where Condition
	Path  []string // columns that make the path, joined by slashes; empty with Bytes or Pattern
	Bytes string   // the column that holds the content; empty with Path or Pattern
	// Pattern is a path in which {column} stands for the value of a column,
	// of which each is a part of one name: no slash of it counts.
	Pattern string
	Name    string // the column with the name to show; may be empty
	Type    string // the column with the media type; may be empty
	Root    string // which of the dossier's roots the path is below; may be empty
	Line    int
}
