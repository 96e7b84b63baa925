package adminapi

import (
	"net/http"
	"strconv"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// profileBody is what the calls that make a version have in common.
type profileBody struct {
	Note   string   `json:"note"`    // why
	Accept []string `json:"accept"`  // findings that are errors otherwise, by code
	DryRun bool     `json:"dry_run"` // look, and change nothing
}

func (b profileBody) request(name string, version int64) access.PutRequest {
	return access.PutRequest{Name: name, Note: b.Note, Accept: b.Accept, DryRun: b.DryRun, Version: int(version)}
}

// profileSeen gives the version of the profile that the client says it saw.
func (a *api) profileSeen(r *http.Request) (int64, error) {
	stored, err := a.Rules.Store.Profile(r.Context(), r.PathValue("profile"))
	return matched(r, "profile", int64(stored.Version), err)
}

func replySaved(w http.ResponseWriter, r *http.Request, status int, saved access.Saved) error {
	if !saved.DryRun {
		w.Header().Set("ETag", etag(int64(saved.Profile.Version)))
	} else {
		status = http.StatusOK
	}
	if saved.Findings == nil {
		saved.Findings = []profiles.Finding{}
	}
	if saved.Changes == nil {
		saved.Changes = []profiles.Change{}
	}
	return reply(w, r, status, saved)
}

func (a *api) putProfile(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	body, err := readBody[struct {
		Note   string   `json:"note"`
		Accept []string `json:"accept"`
		DryRun bool     `json:"dry_run"`
		Text   string   `json:"text"`  // YAML
		Tests  *string  `json:"tests"` // YAML; left out: those of the version before
	}](w, r)
	if err != nil {
		return err
	}
	version, err := a.profileSeen(r)
	if err != nil {
		return err
	}
	req := profileBody{body.Note, body.Accept, body.DryRun}.request(r.PathValue("profile"), version)
	req.Text = body.Text
	if body.Tests != nil {
		req.Tests = *body.Tests
	} else if version > 0 {
		before, err := a.Rules.Store.ProfileVersion(r.Context(), req.Name, req.Version)
		if err != nil {
			return err
		}
		req.Tests = before.Tests
	}
	saved, err := a.Rules.Put(r.Context(), access.Administrator(who), req)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if version == 0 {
		status = http.StatusCreated
	}
	return replySaved(w, r, status, saved)
}

func (a *api) deleteProfile(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	version, err := a.profileSeen(r)
	if err != nil {
		return err
	}
	if version == 0 {
		return notFound("no such profile")
	}
	name := r.PathValue("profile")
	if err := a.Rules.Delete(r.Context(), access.Administrator(who), name, int(version)); err != nil {
		return err
	}
	return reply(w, r, http.StatusOK, map[string]string{"deleted": name})
}

func (a *api) duplicateProfile(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	body, err := readBody[struct {
		Note     string   `json:"note"`
		Accept   []string `json:"accept"`
		DryRun   bool     `json:"dry_run"`
		Name     string   `json:"name"`     // of the copy
		Restrict bool     `json:"restrict"` // the copy may only take away
	}](w, r)
	if err != nil {
		return err
	}
	saved, err := a.Rules.Duplicate(r.Context(), access.Administrator(who), r.PathValue("profile"), body.Restrict, profileBody{body.Note, body.Accept, body.DryRun}.request(body.Name, 0))
	if err != nil {
		return missing(err, "no such profile")
	}
	return replySaved(w, r, http.StatusCreated, saved)
}

func (a *api) undoProfile(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	body, err := readBody[struct {
		Note    string   `json:"note"`
		Accept  []string `json:"accept"`
		DryRun  bool     `json:"dry_run"`
		Version int      `json:"version"` // to have in force again, as a new version
	}](w, r)
	if err != nil {
		return err
	}
	version, err := a.profileSeen(r)
	if err != nil {
		return err
	}
	saved, err := a.Rules.Undo(r.Context(), access.Administrator(who), body.Version, profileBody{body.Note, body.Accept, body.DryRun}.request(r.PathValue("profile"), version))
	if err != nil {
		return missing(err, "the profile has no such version")
	}
	return replySaved(w, r, http.StatusOK, saved)
}

func (a *api) resetProfile(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	body, err := readOptionalBody[profileBody](w, r)
	if err != nil {
		return err
	}
	version, err := a.profileSeen(r)
	if err != nil {
		return err
	}
	saved, err := a.Rules.Reset(r.Context(), access.Administrator(who), profileBody{body.Note, body.Accept, body.DryRun}.request(r.PathValue("profile"), version))
	if err != nil {
		return missing(err, "no profile of this name ships with Vantelle")
	}
	return replySaved(w, r, http.StatusOK, saved)
}

func (a *api) putLevels(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	body, err := readBody[struct {
		Note   string            `json:"note"`
		Accept []string          `json:"accept"`
		DryRun bool              `json:"dry_run"`
		Levels map[string]string `json:"levels"` // by module; * is every one that is not named
	}](w, r)
	if err != nil {
		return err
	}
	version, err := a.profileSeen(r)
	if err != nil {
		return err
	}
	saved, err := a.Rules.SetLevels(r.Context(), access.Administrator(who), access.LevelsOf(body.Levels), profileBody{body.Note, body.Accept, body.DryRun}.request(r.PathValue("profile"), version))
	if err != nil {
		return missing(err, "no such profile")
	}
	return replySaved(w, r, http.StatusOK, saved)
}

func (a *api) listVersions(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	all, err := a.Rules.Versions(r.Context(), access.Administrator(who), r.PathValue("profile"))
	if err != nil {
		return missing(err, "no such profile")
	}
	return reply(w, r, http.StatusOK, map[string]any{"versions": all})
}

// showText gives a version as it was written, and its policy tests.
func (a *api) showText(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	q := readQuery(r, "version")
	if q.err != nil {
		return q.err
	}
	name, ref := r.PathValue("profile"), r.PathValue("profile")
	if v := q.text("version"); v != "" {
		ref += "@" + v
	}
	p, text, err := a.Rules.Resolve(r.Context(), access.Administrator(who), ref)
	if err != nil {
		return missing(err, "no such profile, or no such version of it")
	}
	answer := struct {
		Profile string `json:"profile"`
		Version int    `json:"version"`
		Text    string `json:"text"`
		Tests   string `json:"tests"`
	}{name, p.Version, text, ""}
	if v, err := a.Rules.Store.ProfileVersion(r.Context(), name, p.Version); err == nil && v.Text == text {
		if answer.Tests, err = a.testsFor(who, p, v.Tests); err != nil {
			return err
		}
	}
	return reply(w, r, http.StatusOK, answer)
}

// testsFor gives what an administrator may read of the policy tests that are kept
// beside a version.
func (a *api) testsFor(who identity.Admin, p *profiles.Profile, tests string) (string, error) {
	return a.Trial.TestsFor(mine(who), tests, a.Rules.MayShape(mine(who), p.ERP) == nil)
}

func (a *api) compareProfiles(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	q := readQuery(r, "from", "to", "full")
	full := q.flag("full")
	if q.err != nil {
		return q.err
	}
	if q.text("from") == "" || q.text("to") == "" {
		return badRequest("give from and to, each NAME, NAME@VERSION or NAME@shipped")
	}
	changes, err := a.Rules.Compare(r.Context(), access.Administrator(who), q.text("from"), q.text("to"), full)
	if err != nil {
		return missing(err, "no such profile, or no such version of it")
	}
	if changes == nil {
		changes = []profiles.Change{}
	}
	return reply(w, r, http.StatusOK, map[string]any{"from": q.text("from"), "to": q.text("to"), "full": full, "changes": changes})
}

// testProfile runs the policy tests of a version, or those given, against it.
func (a *api) testProfile(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	body, err := readOptionalBody[struct {
		Version int     `json:"version"` // 0: the one in force
		Tests   *string `json:"tests"`   // YAML; left out: those beside the version
	}](w, r)
	if err != nil {
		return err
	}
	name, ref := r.PathValue("profile"), r.PathValue("profile")
	if body.Version > 0 {
		ref += "@" + strconv.Itoa(body.Version)
	}
	p, _, err := a.Rules.Resolve(r.Context(), access.Administrator(who), ref)
	if err != nil {
		return missing(err, "no such profile, or no such version of it")
	}
	tests := ""
	if body.Tests != nil {
		tests = *body.Tests
	} else {
		v, err := a.Rules.Store.ProfileVersion(r.Context(), name, p.Version)
		if err != nil {
			return missing(err, "the profile has no tests beside it: send them")
		}
		if tests, err = a.testsFor(who, p, v.Tests); err != nil {
			return err
		}
	}
	book, err := a.Rules.Book(r.Context())
	if err != nil {
		return err
	}
	outcomes, err := a.Trial.RunTests(r.Context(), mine(who), p, book, "tests", tests)
	if err != nil {
		return err
	}
	passed := true
	for _, o := range outcomes {
		passed = passed && o.Result != "failed"
	}
	return reply(w, r, http.StatusOK, map[string]any{"profile": name, "version": p.Version, "passed": passed, "tests": append([]any{}, anySlice(outcomes)...)})
}

func anySlice[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

func mine(who identity.Admin) access.Administrator { return access.Administrator(who) }
