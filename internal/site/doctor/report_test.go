package doctor

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func sample() []Finding {
	sage := func(f Finding) Finding { f.Dossier = "sage"; return f }
	return []Finding{
		fine("config.valid", "vantelle.yaml has no mistake"),
		found(Warning, "disk.low", "Make room before it is full.", "%d MiB are free", 700),
		sage(found(Error, "connection.failed", "Check the host.\nThen the port.", "no answer from <srv> & co\x1b[2J\n")),
		sage(found(Note, "sync.never", "", "the dossier was never synchronised")),
	}
}

func TestTheReportsFormsAreStable(t *testing.T) {
	var js, text bytes.Buffer
	if err := WriteJSON(&js, sample()); err != nil {
		t.Fatal(err)
	}
	if err := WriteText(&text, sample(), func(_ Severity, s string) string { return s }); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"report.json": js.Bytes(), "report.txt": text.Bytes()} {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs (-update writes it anew):\n%s", golden, got)
		}
	}
}

func TestTheWorstFindingGivesTheExitCode(t *testing.T) {
	f := func(s ...Severity) (all []Finding) {
		for _, severity := range s {
			all = append(all, Finding{Severity: severity})
		}
		return all
	}
	for name, c := range map[string]struct {
		findings []Finding
		want     int
	}{
		"nothing":            {nil, 0},
		"notes":              {f(OK, Note), 0},
		"a warning":          {f(Warning, OK), 1},
		"an error":           {f(Error, Warning, Note), 2},
		"an unknown finding": {f("fatal"), 2},
	} {
		if got := ExitCode(c.findings); got != c.want {
			t.Errorf("%s: exit code %d, want %d", name, got, c.want)
		}
	}
}
