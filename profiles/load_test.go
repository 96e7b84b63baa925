package profiles

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected messages of testdata/bad anew")

func TestLoadTellsEveryMistakeOfABadFile(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, err := Load(filepath.Base(file), data)
			if p != nil {
				t.Fatal("a profile came with the mistakes")
			}
			var mistakes Mistakes
			if !errors.As(err, &mistakes) {
				t.Fatalf("the error is %T, not Mistakes: %v", err, err)
			}
			got := err.Error() + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func loadGood(t *testing.T) *Profile {
	t.Helper()
	data, err := os.ReadFile("testdata/good/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load("small.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoadReadsEverything(t *testing.T) {
	p := loadGood(t)
	if len(p.Digest) != 64 {
		t.Errorf("the digest is %q", p.Digest)
	}
	p.Digest = ""
	want := &Profile{
		Name: "B2B", Version: 1, Title: Text{FR: "Portail B2B", EN: "B2B portal"},
		ERP: "sage100", Licence: "connect", Note: "for a test", Source: "small.yaml",
		Modules: map[string]Module{
			"quotes": {Title: Text{FR: "Devis", EN: "Quotes"}, Level: LevelRead},
			"orders": {Level: LevelNone},
		},
		Resources: map[string]Resource{},
		Requests:  map[string]RequestKind{},
		Tables: map[string]Table{
			"dbo.F_DOCENTETE": {
				Schema: "dbo", Name: "F_DOCENTETE", Line: 10, Title: Text{FR: "Documents", EN: "Documents"},
				Rows:    Condition{SQL: "DO_Tiers = :customer\nAND DO_Domaine = 0", Line: 13, Column: 7},
				OwnRows: Condition{SQL: "DO_Tiers = :customer\nAND DO_Domaine = 0", Line: 13, Column: 7},
				Modules: map[string]Condition{
					"quotes": {SQL: "DO_Type = 0", Line: 16, Column: 16},
					"orders": {SQL: "", Line: 17, Column: 16},
				},
				Columns: map[string]Column{
					"DO_Piece": {Line: 19}, "DO_Ref": {Mandatory: true, Line: 20},
					"DO_Coord01": {Hidden: true, Line: 21}, "DO_Tiers": {ReadOnly: true, Line: 22},
				},
				ColumnOrder:   []string{"DO_Piece", "DO_Ref", "DO_Coord01", "DO_Tiers"},
				OtherColumns:  true,
				RequireFilter: []string{"DO_Piece", "DO_Date"},
			},
			"F_DOCLIGNE": {
				Name: "F_DOCLIGNE", Line: 25,
				Follows: &Follows{Table: "dbo.F_DOCENTETE", On: [][2]string{{"DO_Type", "DO_Type"}, {"DO_Piece", "DO_Piece"}}, Line: 26},
				Modules: map[string]Condition{}, Columns: map[string]Column{"DL_Ligne": {Line: 27}}, ColumnOrder: []string{"DL_Ligne"},
			},
			"F_ARTICLE": {
				Name: "F_ARTICLE", Line: 28, Public: true, Rows: Condition{SQL: "AR_Publie = 1", Line: 29, Column: 11}, OwnRows: Condition{SQL: "AR_Publie = 1", Line: 29, Column: 11},
				Modules: map[string]Condition{}, Columns: map[string]Column{"AR_Ref": {Line: 32}}, ColumnOrder: []string{"AR_Ref"},
			},
		},
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got\n%+v\nwant\n%+v", p, want)
	}
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/*/*.yaml", "standard/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Load("fuzz.yaml", data)
		if err != nil {
			var mistakes Mistakes
			if p != nil || !errors.As(err, &mistakes) || len(mistakes) == 0 {
				t.Fatalf("got %v and %v", p, err)
			}
			for _, m := range mistakes {
				if m.Msg == "" || m.Line < 0 {
					t.Errorf("a mistake that tells nothing: %+v", m)
				}
			}
			return
		}
		for key, table := range p.Tables {
			if !table.Public && table.Follows == nil && !mentionsCustomer(table.Rows.SQL) {
				t.Errorf("nothing says whose the rows of %s are", key)
			}
		}
		if d := Diff(p, p); len(d) != 0 {
			t.Errorf("a profile differs from itself: %q", d)
		}
	})
}
