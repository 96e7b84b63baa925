// Package profiles is the model of a profile: a named set of rules that says
// which rows of which tables of an ERP a customer may see, and which columns
// of them. It reads profiles from YAML, strictly, and keeps them in a Book.
//
// A Profile is text and structure only. filter/view binds it to one dossier's
// live catalog, and only a bound profile lets anything through: what is not
// listed here is hidden, and a rule that cannot be bound hides its table.
//
// Read next: load.go (YAML), validate.go (what is refused), book.go (which
// profile is in force), resource.go (the vocabulary over the ERPs), standard/
// (the profiles that ship).
package profiles

// Profile is a named set of rules for one kind of ERP. It is never changed
// once loaded.
type Profile struct {
	Name    string
	Version int // 1 for a shipped or file profile that never changed
	Title   Text
	ERP     string // sage100, dolibarr, odoo or custom
	Licence string // licence type: the ceiling this profile may not exceed
	Extends string // the profile that this one restricts; empty for none
	Note    string
	Modules map[string]Module
	Tables  map[string]Table // by the table's name as written

	Resources map[string]Resource // by their English names
	Requests  map[string]RequestKind
	Dashboard []Tile // as written

	Digest string // hex SHA-256 of the YAML it was read from
	Source string // where it was read from, for messages

	written map[string]string // see Written
}

// Text is a label in the two languages of the house.
type Text struct {
	FR string `yaml:"fr"`
	EN string `yaml:"en"`
}

// Level is what a module allows.
type Level string

// The levels, each containing the one before. The zero Level is none.
const (
	LevelNone Level = "none"
	LevelList Level = "list"
	LevelRead Level = "read"
	LevelFull Level = "full"
)

// AllowsReading tells whether rows of a module with this level can be read.
func (l Level) AllowsReading() bool { return l == LevelList || l == LevelRead || l == LevelFull }

// AllowsWriting tells whether rows of a module with this level can be written,
// where their table can.
func (l Level) AllowsWriting() bool { return l == LevelFull }

// Module is a functional area with the level this profile gives it.
type Module struct {
	Title Text
	Level Level
}

// Condition is a row condition in the portal's SQL, with the place it was
// written at for messages.
type Condition struct {
	SQL    string
	Line   int
	Column int
}

// Table is what a profile says of one table. The filter of a table is Rows,
// AND the OR of the conditions of its modules whose level permits reading
// (none: no row), AND Follows where it is given.
type Table struct {
	Schema string
	Name   string
	Title  Text
	Line   int
	Rows   Condition // the row condition, the filters' included; required unless Follows or Public is given
	// OwnRows is the row condition as written, without the filters.
	OwnRows Condition
	// Filters are the extra ones, as written. Their conditions are part of
	// Rows, the columns of mandatory ones of RequireFilter.
	Filters []Filter
	// Seek says what Rows says in a form that an index of the ERP serves. Both
	// are applied, so a wrong one can only hide, never show.
	Seek          Condition
	Public        bool // every customer sees all rows that Rows leaves: a catalogue table
	Follows       *Follows
	Modules       map[string]Condition // by module name; an empty SQL is "every row"
	Columns       map[string]Column
	ColumnOrder   []string // as written
	OtherColumns  bool     // columns that are not listed are shown
	RequireFilter []string // columns that every request must pin with = or IN
	// Writes are the operations that customers may do on their own rows, of
	// Insert, Update and Delete, as written; none unless said.
	Writes []string
	// Cascades names tables that the ERP's own foreign keys may carry a write
	// into, beyond what the profile lets customers write there.
	Cascades []string
	// Reads names the tables of the ERP that this one, a view, reads: what
	// customers write there could choose which of its rows they see. Nothing is
	// said where it is empty.
	Reads []string
}

// Filter is an extra filter of a table, given by hand. One flag says who meets
// it: Hidden applies Where silently, ReadOnly applies it and shows it to the
// caller, who cannot change it, Mandatory wants the caller to pin Column.
type Filter struct {
	Name      string
	Title     Text
	Where     Condition
	Column    string
	Hidden    bool
	ReadOnly  bool
	Mandatory bool
	Line      int
}

// Follows says that a row of this table is visible when, and only when, a
// visible row of another table matches it: lines follow their header.
type Follows struct {
	Table string
	On    [][2]string // pairs: column here, column there
	Line  int
}

// Column is what a profile says of one column.
type Column struct {
	Hidden    bool
	ReadOnly  bool
	Mandatory bool
	// Module is the module that the column belongs to; empty for the modules
	// of its row. Where the profile gives that module the level none, the
	// column is hidden.
	Module string
	Line   int
}
