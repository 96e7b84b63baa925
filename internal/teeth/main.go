// Command teeth shows that the gate's tests can fail: it takes one check,
// predicate, projection or qualification after the other out of a copy of the
// code, and wants a test to turn red each time. Run it with make teeth.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() { os.Exit(run()) }

func run() int {
	only := flag.String("only", "", "run the mutants whose name contains this")
	part := flag.String("part", "1/1", "run one part of the mutants, such as 2/3: those in the second third of the list")
	sound := flag.Bool("sound", false, "the tests are known to hold without any fault: do not see to that first")
	flag.Parse()
	chosen, err := piece(mutants, *part)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.MkdirTemp("", "teeth")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, sources{os.DirFS(".")}); err != nil {
		fmt.Fprintln(os.Stderr, "copy the code:", err)
		return 2
	}
	for _, server := range []string{"VANTELLE_TEST_POSTGRES", "VANTELLE_TEST_MARIADB", "VANTELLE_TEST_SQLSERVER"} {
		if os.Getenv(server) == "" {
			fmt.Printf("SKIPPED   every test that needs %s: it is not set\n", server)
		}
	}
	start := time.Now()
	if *sound {
		fmt.Println("nobody has looked whether the tests hold without any fault")
	} else if out, err := test(ctx, dir, slices.Concat(judges, doors, offices)); err != nil {
		fmt.Fprintf(os.Stderr, "the tests fail without any fault, so nothing would be proved:\n%s", tail(out))
		return 2
	} else {
		fmt.Printf("without any fault the tests hold, and take %.0f s\n", time.Since(start).Seconds())
	}
	tried, survivors, skipped := 0, 0, len(mutants)-len(chosen)
	for _, m := range chosen {
		if !strings.Contains(m.name, *only) {
			skipped++
			continue
		}
		if server := servers[m.name]; server != "" && os.Getenv(server) == "" {
			skipped++
			fmt.Printf("SKIPPED   %s: nothing can notice it without %s\n", m.name, server)
			continue
		}
		began := time.Now()
		killer, err := m.try(ctx, dir)
		took := time.Since(began).Seconds()
		tried++
		switch {
		case ctx.Err() != nil:
			return 130
		case err != nil:
			survivors++
			fmt.Printf("BROKEN   %4.0f s  %s: %v\n", took, m.name, err)
		case killer == "":
			survivors++
			fmt.Printf("SURVIVED %4.0f s  %s\n", took, m.name)
		default:
			fmt.Printf("killed   %4.0f s  %-58s by %s\n", took, m.name, killer)
		}
	}
	fmt.Printf("figure teeth.time %.0f s\n", time.Since(start).Seconds())
	fmt.Printf("figure teeth.mutants %d mutants target %d\n", tried, len(mutants))
	fmt.Printf("figure teeth.skipped %d mutants target 0\n", skipped)
	fmt.Printf("figure teeth.survivors %d mutants target 0\n", survivors)
	if survivors > 0 {
		return 1
	}
	return 0
}

// piece gives the i-th of n parts of a list, of which part says "i/n".
func piece(all []mutant, part string) ([]mutant, error) {
	before, after, _ := strings.Cut(part, "/")
	i, err := strconv.Atoi(before)
	n, err2 := strconv.Atoi(after)
	if err != nil || err2 != nil || n < 1 || i < 1 || i > n {
		return nil, fmt.Errorf("-part is written as 2/3, not %q", part)
	}
	return all[(i-1)*len(all)/n : i*len(all)/n], nil
}

// mutant is one deliberate fault: old, which stands once in file, becomes new.
type mutant struct {
	name, file, old, new string
}

// servers names, for the mutants that show on one server only, the variable
// that says where it is.
var servers = map[string]string{
	"10: a connection keeps any number of statements":          "VANTELLE_TEST_POSTGRES",
	"10: a connection keeps statements of any length together": "VANTELLE_TEST_POSTGRES",
	"10: a connection keeps long statements":                   "VANTELLE_TEST_POSTGRES",
	"10: statements are let go in a transaction that failed":   "VANTELLE_TEST_POSTGRES",
	"8: division by zero fails on PostgreSQL":                  "VANTELLE_TEST_POSTGRES",
	"9: PostgreSQL does not lock what the filter reads":        "VANTELLE_TEST_POSTGRES",
	"9: MariaDB does not lock what the filter reads":           "VANTELLE_TEST_MARIADB",
	"9: a commit ends with its request":                        "VANTELLE_TEST_POSTGRES",
	"9: a commit that nobody answered is told as rolled back":  "VANTELLE_TEST_POSTGRES",
	"9: rows are not locked":                                   "VANTELLE_TEST_POSTGRES",
	"9: rows are not read again once they are locked":          "VANTELLE_TEST_POSTGRES",
	"9: MariaDB writes on what was":                            "VANTELLE_TEST_MARIADB",
	"9: deferred constraints wait for the commit":              "VANTELLE_TEST_POSTGRES",
	"9: tables that cannot be rolled back are written":         "VANTELLE_TEST_MARIADB",
	"9: conditions that cannot be locked are written under":    "VANTELLE_TEST_POSTGRES",
	"9: PostgreSQL's numbers are given by customers":           "VANTELLE_TEST_POSTGRES",
	"9: MariaDB's numbers are given by customers":              "VANTELLE_TEST_MARIADB",
	"4: a lateral query sees what is not beside it":            "VANTELLE_TEST_POSTGRES",
	"7: what cannot be compared is grouped by":                 "VANTELLE_TEST_POSTGRES",
	"8: MariaDB is thought to test row conditions first":       "VANTELLE_TEST_MARIADB",
	"a generated name is taken for a column":                   "VANTELLE_TEST_MARIADB",
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// try puts the fault in, runs the gate's tests, and takes it out again. It
// gives the tests that failed, at most three; "" for none. A mutant that does not compile
// proves nothing and is an error.
func (m mutant) try(ctx context.Context, dir string) (killer string, err error) {
	path := filepath.Join(dir, filepath.FromSlash(m.file))
	original, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(original, []byte(m.old)); n != 1 {
		return "", fmt.Errorf("%s has %d places like %q: name one", m.file, n, m.old)
	}
	changed := bytes.Replace(original, []byte(m.old), []byte(m.new), 1)
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, original, 0o600)) }()

	out, testErr := test(ctx, dir, m.judges())
	if testErr == nil {
		return "", nil
	}
	var names []string
	for _, found := range failed.FindAllSubmatch(out, 3) {
		names = append(names, string(found[1]))
	}
	if names != nil {
		return strings.Join(names, ", "), nil
	}
	return "", fmt.Errorf("no test failed, but go test did:\n%s", tail(out))
}

// dear are the gate's tests that take longest.
const dear = "^(TestSplicedAttacks|TestABulkOfManyRowsIsAllOrNothing|TestRandomFormsTellNothing|TestPortalQuestions|TestWhatARowOfOthersAsksForFailsNowhere|" +
	"TestWhatIsTooLargeIsRefusedBeforeTheErpSeesIt|TestAttacksTellNoWorldsApart|TestNoValueOfAnotherMakesAFunctionFail|FuzzGate)$"

// judges are what must turn red, one after the other until one does: the gate's
// own tests, those first that notice most and last those that take long, then the oracle and the two worlds with
// the same questions each time.
var judges = [][]string{
	{"test", "-failfast", "-vet=off", "./filter", "-skip", dear},
	{"test", "-failfast", "-vet=off", "./filter/...", "./internal/identity/...", "./internal/site/doctor", "./internal/erp/catalog", "-skip", dear},
	{"test", "-failfast", "-vet=off", "./filter", "-run", dear},
	{"test", "-failfast", "-vet=off", "./internal/oracle", "-run", "^(TestSQLite|TestTwoWorldsOnSQLite)$", "-oracle.seed", "1", "-oracle.cases", "600", "-oracle.show", "0"},
}

// offices judge what administrators may do, and what they may not.
var offices = [][]string{
	{"test", "-failfast", "-vet=off", "./internal/adminapi", "./internal/access", "./internal/trial"},
	{"test", "-failfast", "-vet=off", "./cmd/vantelle", "-run", "^TestAProfile"},
	{"test", "-failfast", "-vet=off", "./sync/erpsource", "-run", "HeldEqual"},
}

// doors judge what is beside the gate: files and the outbox, through the whole
// service.
var doors = [][]string{
	{"test", "-failfast", "-vet=off", "./filter", "./filter/files", "./filter/portal", "./internal/filestore", "./internal/outbox", "./profiles", "-run", "File|Path|Pushed|Root|Outbox|Form|Request|Word|Delivery|Sends"},
	{"test", "-failfast", "-vet=off", "./cmd/vantelle", "-run", "^TestProduct(25|31)_"},
}

// judges are those that a mutant is to be noticed by: first the tests that are
// called after its promise, with the attacks.
func (m mutant) judges() [][]string {
	promise, _, _ := strings.Cut(m.name, ": ")
	if promise == "files" || promise == "outbox" {
		return doors
	}
	if promise == "admin" {
		return offices
	}
	near := []string{"test", "-failfast", "-vet=off", "./filter", "-run", "^(TestPromise" + promise + "[A-Z].*|TestNothingRunsUnaudited|TestAttacks|TestWriteAttacks)$"}
	if strings.HasPrefix(m.file, "internal/erp/") {
		near = slices.Insert(near, 4, "./internal/erp") // whose own tests see more of it
	}
	return append([][]string{near}, judges...)
}

// test runs judges in dir until one is red.
func test(ctx context.Context, dir string, judges [][]string) (out []byte, err error) {
	for _, args := range judges {
		within, cancel := context.WithTimeout(ctx, 10*time.Minute)
		cmd := exec.CommandContext(within, "go", args...)
		cmd.Dir = dir
		out, err = cmd.CombinedOutput()
		cancel()
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func tail(out []byte) []byte {
	if len(out) > 2000 {
		return out[len(out)-2000:]
	}
	return out
}
