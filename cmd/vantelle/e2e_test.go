package main

import (
	"bufio"
	"errors"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/identity"
)

func TestTwoCustomersGetTwoAnswersToOneRequest(t *testing.T) {
	v := newSite(t).startSynced()
	v.grant(erpshape.SageAlpha, erpshape.SageBeta)
	const statement = "SELECT DO_Piece FROM F_DOCENTETE ORDER BY DO_Piece"
	alpha, beta := v.sql(erpshape.SageAlpha, statement).column(t), v.sql(erpshape.SageBeta, statement).column(t)
	if len(alpha) == 0 || len(beta) == 0 {
		t.Fatalf("Alpha sees %v, Beta %v", alpha, beta)
	}
	for _, piece := range alpha {
		if slices.Contains(beta, piece) {
			t.Errorf("both see %s", piece)
		}
	}
	byID := v.sql("id:"+erpshape.SageAlpha, statement).column(t)
	if !slices.Equal(byID, alpha) {
		t.Errorf("by its id Alpha sees %v, by its code %v", byID, alpha)
	}
	rows := v.call("GET", v.portal+"/v1/dossiers/sage/rows/F_DOCENTETE?select=DO_Piece&order=DO_Piece", "", as(erpshape.SageAlpha))
	for _, piece := range alpha {
		if rows.status != http.StatusOK || !strings.Contains(rows.body, piece) {
			t.Fatalf("/rows answers %d %s, without %s", rows.status, rows.body, piece)
		}
	}

	log := v.call("GET", v.admin+"/admin/v1/audit?dossier=sage&customer="+erpshape.SageBeta, "", admin())
	if log.status != http.StatusOK || !strings.Contains(log.body, `"tables":["F_DOCENTETE"]`) || !strings.Contains(log.body, `"decision":"allow"`) {
		t.Errorf("the audit holds %s", log.body)
	}
	metrics := v.call("GET", v.admin+"/metrics", "", nil)
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, help := range regexp.MustCompile(`(?m)^# HELP (vantelle_\S+)`).FindAllStringSubmatch(metrics.body, -1) {
		if !strings.Contains(string(page), "`"+help[1]+"`") {
			t.Errorf("docs/operations.md lacks %s", help[1])
		}
	}
	for _, name := range []string{`vantelle_erp_up{dossier="sage"} 1`, "vantelle_rows_total", "vantelle_sync_runs_total", "go_goroutines"} {
		if !strings.Contains(metrics.body, name) {
			t.Errorf("the metrics lack %s", name)
		}
	}
}

func TestRefusals(t *testing.T) {
	v := newSite(t).startSynced()
	v.grant(erpshape.SageAlpha)
	ask := func(headers []string, body string) answer {
		return v.call("POST", v.portal+"/v1/dossiers/sage/sql", body, headers)
	}
	const fine = `{"sql": "SELECT DO_Piece FROM F_DOCENTETE"}`
	for sentence, c := range map[string]struct {
		headers []string
		body    string
		status  int
		code    string
	}{
		"a customer to whom nothing was granted":     {as(erpshape.SageBeta), fine, 403, "no_access"},
		"a customer who does not exist":              {as("NOBODY"), fine, 403, "no_access"},
		"a supplier":                                 {as(erpshape.SageSupplier), fine, 403, "no_access"},
		"a wrong key":                                {[]string{"Authorization", "Bearer vk_wrong", "Vantelle-Customer", erpshape.SageAlpha}, fine, 401, "unauthorized"},
		"an administrator's key":                     {[]string{"Authorization", "Bearer " + adminKey, "Vantelle-Customer", erpshape.SageAlpha}, fine, 401, "unauthorized"},
		"the demonstration's key":                    {[]string{"Authorization", "Bearer " + identity.DemoBackendKey, "Vantelle-Customer", erpshape.SageAlpha}, fine, 401, "unauthorized"},
		"no customer":                                {[]string{"Authorization", "Bearer " + portalKey}, fine, 400, ""},
		"SQL that cannot be read":                    {as(erpshape.SageAlpha), `{"sql": "SELEC DO_Piece FROM F_DOCENTETE"}`, 400, "sql_syntax"},
		"a write":                                    {as(erpshape.SageAlpha), `{"sql": "DELETE FROM F_DOCENTETE"}`, 403, "read_only"},
		"a table outside the profile":                {as(erpshape.SageAlpha), `{"sql": "SELECT * FROM sqlite_master"}`, 400, "unknown_name"},
		"a body over the limit of the configuration": {as(erpshape.SageAlpha), `{"sql": "SELECT '` + strings.Repeat("x", 5000) + `'"}`, 413, "body_too_large"},
	} {
		t.Run(sentence, func(t *testing.T) { ask(c.headers, c.body).want(t, c.status, c.code) })
	}
	t.Run("a portal's key opens nothing for administrators", func(t *testing.T) {
		v.call("GET", v.admin+"/admin/v1/dossiers", "", as(erpshape.SageAlpha)).want(t, 401, "unauthorized")
	})
	t.Run("the administrators' API is not on the portal's address", func(t *testing.T) {
		v.call("GET", v.portal+"/admin/v1/dossiers", "", admin()).want(t, 404, "")
		v.call("GET", v.portal+"/metrics", "", nil).want(t, 404, "")
	})
	t.Run("another dossier", func(t *testing.T) {
		v.call("POST", v.portal+"/v1/dossiers/other/sql", fine, as(erpshape.SageAlpha)).want(t, 404, "no_such_dossier")
	})
	t.Run("a change of the access holds from the next request on", func(t *testing.T) {
		ask(as(erpshape.SageAlpha), fine).want(t, 200, "")
		suspend := append(admin(), "If-Match", `"1"`)
		v.call("POST", v.admin+"/admin/v1/dossiers/sage/customers/"+erpshape.SageAlpha+"/access/suspend", "", suspend).want(t, 200, "")
		ask(as(erpshape.SageAlpha), fine).want(t, 403, "no_access")
	})
	for _, secret := range []string{portalKey, adminKey} {
		if strings.Contains(v.log.String(), secret) {
			t.Error("a key is in the log")
		}
	}
}

func TestAManualRunJoinsTheOneUnderWay(t *testing.T) {
	v := newSite(t).startSynced()
	// Whoever holds the ERP's file for himself makes the next run wait.
	erp := v.openERP()
	erp.SetMaxOpenConns(1)
	defer erp.Close()
	if _, err := erp.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	events, cancel := v.d.syncs.Subscribe("sage")
	defer cancel()
	first := v.call("POST", v.admin+"/admin/v1/dossiers/sage/sync", "", admin())
	second := v.call("POST", v.admin+"/admin/v1/dossiers/sage/sync", "", admin())
	if first.header.Get("Location") == "" || first.header.Get("Location") != second.header.Get("Location") ||
		!strings.Contains(first.body, `"joined":false`) || !strings.Contains(second.body, `"joined":true`) {
		t.Errorf("the first answered %s\nthe second %s", first.body, second.body)
	}
	if _, err := erp.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if run := nextEnd(t, events); run.State != directory.RunSucceeded || run.CustomersUpdated != 0 {
		t.Errorf("the run ended as %+v", run)
	}
}

func TestASignalStopsTheServiceWithStreamsOpen(t *testing.T) {
	s := newSite(t)
	s.buildERP()
	v := s.start()
	v.synchronise()
	erp := v.openERP()
	erp.SetMaxOpenConns(1)
	defer erp.Close()
	if _, err := erp.ExecContext(t.Context(), "BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	asked := v.call("POST", v.admin+"/admin/v1/dossiers/sage/sync", "", admin())
	stream := v.open("GET", v.admin+asked.header.Get("Location")+"/events", "", admin())
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	if !lines.Scan() {
		t.Fatal("the stream is silent")
	}
	v.signals <- syscall.SIGTERM
	if err := <-v.ended; err != nil {
		t.Errorf("the service stopped with %v", err)
	}
	v.stopOnce.Do(func() { v.client.CloseIdleConnections() })
	for lines.Scan() {
		if strings.Contains(lines.Text(), string(directory.RunSucceeded)) {
			t.Errorf("a run that was cut short is told as %s", lines.Text())
		}
	}
	if _, err := erp.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	// What was under way is in the history as cancelled, and the next service
	// finds nothing left over.
	again := s.start()
	runs := again.call("GET", again.admin+"/admin/v1/dossiers/sage/runs", "", admin())
	if !strings.Contains(runs.body, `"state":"canceled"`) {
		t.Errorf("the history is %s", runs.body)
	}
}

func TestAStopThatComesBeforeTheStartLeavesNothingOpen(t *testing.T) {
	s := newSite(t)
	for range 2 { // the second finds lock, stores and goroutines gone
		d, err := newDaemon(t.Context(), s.config(), options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		d.stop()
		if err := d.run(t.Context(), nil); err != nil {
			t.Errorf("it stopped with %v", err)
		}
	}
}

func TestOneServiceOnADirectory(t *testing.T) {
	s := newSite(t)
	s.buildERP()
	s.start()
	d, err := newDaemon(t.Context(), s.config(), options{}, nil)
	if !errors.Is(err, errInUse) {
		t.Fatalf("a second service gave %v, %v", d, err)
	}
}

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	s := newSite(t)
	v := s.start()
	other := newSite(t)
	other.write("vantelle.yaml", strings.Replace(strings.ReplaceAll(settings, "PROFILES", `""`), "127.0.0.1:0", v.d.portalAddr.String(), 1))
	_, err := newDaemon(t.Context(), other.config(), options{}, nil)
	if !addressTaken(err) {
		t.Fatalf("the error is %v", err)
	}
	if said := explainStart(err, "--listen").Error(); !strings.Contains(said, v.d.portalAddr.String()) || !strings.Contains(said, "--listen") {
		t.Errorf("it says %q", said)
	}
	again, err := newDaemon(t.Context(), newSite(t).config(), options{}, nil) // nothing stayed open
	if err != nil {
		t.Fatal(err)
	}
	if err := again.close(); err != nil {
		t.Error(err)
	}
}

func TestAnERPThatIsDownAtTheStartIsServedOnceItIsUp(t *testing.T) {
	s := newSite(t)
	v := s.start() // there is no erp.db yet
	if err := v.d.watches["sage"].look(t.Context()); err == nil {
		t.Fatal("an ERP that does not exist answers")
	}
	if ready := v.call("GET", v.portal+"/readyz", "", nil); ready.status != 200 {
		t.Errorf("with an ERP down the service is %d %s", ready.status, ready.body)
	}
	if ready := v.call("GET", v.admin+"/readyz", "", nil); !strings.Contains(ready.body, `"dossiers":{"sage":"down"}`) {
		t.Errorf("the ERP is told as %s", ready.body)
	}
	state := v.call("GET", v.admin+"/admin/v1/dossiers/sage", "", admin())
	if !strings.Contains(state.body, `"state":"down","hint":"`) {
		t.Errorf("the dossier is %s", state.body)
	}
	if run := v.synchronise(); run.State != directory.RunFailed || run.Error == "" {
		t.Errorf("a run without an ERP ended as %+v", run)
	}
	s.buildERP()
	if err := v.d.watches["sage"].look(t.Context()); err != nil {
		t.Fatalf("the ERP is there and the watch says %v", err)
	}
	if ready := v.call("GET", v.admin+"/readyz", "", nil); !strings.Contains(ready.body, `"sage":"up"`) {
		t.Errorf("the ERP is told as %s", ready.body)
	}
	if run := v.synchronise(); run.State != directory.RunSucceeded {
		t.Errorf("with the ERP a run ended as %+v", run)
	}
}

func TestAHangupReloadsTheProfiles(t *testing.T) {
	s := newSite(t)
	s.write("vantelle.yaml", strings.ReplaceAll(settings, "PROFILES", "profiles"))
	const own = "profile: Own\ntitle: {fr: A, en: A}\nerp: sage100\nlicence: connect\nmodules: {}\ntables:\n  F_COMPTET:\n    rows: CT_Num = :customer\n    columns: {CT_Num: {}}\n"
	s.write("profiles/own.yaml", own)
	v := s.start()
	names := func() string { return v.call("GET", v.admin+"/admin/v1/profiles", "", admin()).body }
	if !strings.Contains(names(), `"name":"Own"`) || !strings.Contains(names(), `"name":"B2B"`) {
		t.Fatalf("the profiles are %s", names())
	}
	reload := func(says string) {
		v.hangups <- syscall.SIGHUP
		v.log.waitFor(t, says)
	}
	s.write("profiles/own.yaml", strings.Replace(own, "Own", "Renamed", 1))
	reload("profiles loaded")
	if !strings.Contains(names(), `"name":"Renamed"`) {
		t.Errorf("after the reload the profiles are %s", names())
	}
	s.write("profiles/own.yaml", "profile: [")
	reload("profiles cannot be loaded")
	if !strings.Contains(names(), `"name":"Renamed"`) {
		t.Errorf("after a failed reload the profiles are %s", names())
	}
	if ready := v.call("GET", v.admin+"/readyz", "", nil); ready.status != 200 || !strings.Contains(ready.body, "reload failed") {
		t.Errorf("after a failed reload the service is %d %s", ready.status, ready.body)
	}
	if metrics := v.call("GET", v.admin+"/metrics", "", nil); !strings.Contains(metrics.body, "vantelle_profiles_last_reload_successful 0") {
		t.Error("the metrics don't show the failed reload")
	}
}

// TestAProfileTurnedToAnotherERPOpensNothing: a file that says after a reload that
// its profile is for another kind of ERP, and shows everything, shows nothing. If
// the daemon did not tell the gate of which kind its dossiers are, every row of the
// Sage would be everybody's.
func TestAProfileTurnedToAnotherERPOpensNothing(t *testing.T) {
	s := newSite(t)
	s.write("vantelle.yaml", strings.ReplaceAll(settings, "PROFILES", "profiles"))
	const own = "profile: Own\nerp: sage100\ntables:\n  F_COMPTET:\n    rows: CT_Num = :customer\n    columns: {CT_Num: {}}\n"
	s.write("profiles/own.yaml", own)
	h := &house{s.startSynced(), t}
	h.ask("PUT", "/dossiers/sage/customers/"+erpshape.SageAlpha+"/access", map[string]any{"profile": "Own"}, "").ok(201)
	const all = "SELECT CT_Num FROM F_COMPTET"
	if got := h.sql(erpshape.SageAlpha, all).column(t); len(got) != 1 {
		t.Fatalf("Alpha sees %v", got)
	}
	s.write("profiles/own.yaml", "profile: Own\nerp: odoo\ntables:\n  F_COMPTET: {public: true, other_columns: shown}\n")
	h.hangups <- syscall.SIGHUP
	h.log.waitFor(t, "profiles loaded")
	h.sql(erpshape.SageAlpha, all).want(t, 403, "no_access")
	h.of("sage", erpshape.SageAlpha, "/rows/F_COMPTET").want(t, 403, "no_access")
	h.of("sage", erpshape.SageAlpha, "/catalog").want(t, 403, "no_access")
	h.of("sage", erpshape.SageAlpha, "/openapi.json").want(t, 403, "no_access")
	h.ask("POST", "/dossiers/sage/explain", map[string]any{"customer": erpshape.SageAlpha, "sql": all}, "").ok(200).holds(`"refused"`)
}

func TestTheDemonstrationsKeysEndWithIt(t *testing.T) {
	s := newSite(t)
	s.buildERP()
	demo := s.start(func(o *options) { o.demo = true })
	demo.synchronise()
	demoAdmin := []string{"Authorization", "Bearer " + identity.DemoAdminKey}
	demo.call("GET", demo.admin+"/admin/v1/dossiers", "", demoAdmin).want(t, 200, "")
	if err := demo.stop(); err != nil {
		t.Fatal(err)
	}
	v := s.start()
	v.call("GET", v.admin+"/admin/v1/dossiers", "", demoAdmin).want(t, 401, "unauthorized")
	v.call("GET", v.admin+"/admin/v1/dossiers", "", admin()).want(t, 200, "")
}

func TestTheDemosFolder(t *testing.T) {
	w := &world{stdout: os.Stdout, stderr: os.Stderr, cacheDir: func() (string, error) { return "", errors.New("none") }, getenv: func(string) string { return "" }}
	mine := t.TempDir() + "/demo"
	if _, err := (&demoCmd{Dir: mine}).folder(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine+"/bijou-erp.db", []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (&demoCmd{Dir: mine}).folder(t.Context(), w); err != nil {
		t.Fatalf("a second start: %v", err)
	}
	if _, err := os.Stat(mine + "/bijou-erp.db"); err != nil {
		t.Errorf("a second start lost the data: %v", err)
	}
	held, err := takeLock(t.Context(), demoDirectory(mine))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&demoCmd{Dir: mine, Fresh: true}).folder(t.Context(), w); err == nil {
		t.Error("a running demo was deleted")
	}
	if err := held.release(); err != nil {
		t.Fatal(err)
	}
	if _, err := (&demoCmd{Dir: mine, Fresh: true}).folder(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mine + "/bijou-erp.db"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("--fresh left the data: %v", err)
	}

	others := t.TempDir()
	if err := os.WriteFile(others+"/thesis.txt", []byte("years of work"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, fresh := range []bool{false, true} {
		if _, err := (&demoCmd{Dir: others, Fresh: fresh}).folder(t.Context(), w); err == nil {
			t.Errorf("somebody else's folder was taken (fresh: %v)", fresh)
		}
	}
	if _, err := os.Stat(others + "/thesis.txt"); err != nil {
		t.Errorf("somebody else's file is gone: %v", err)
	}
}
