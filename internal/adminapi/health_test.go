package adminapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

func record(h http.Handler, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func TestReadiness(t *testing.T) {
	for sentence, c := range map[string]struct {
		change func(*house)
		status int
		want   report
	}{
		"a service whose ERPs are partly down is ready": {func(*house) {}, 200,
			report{"ready", "ok", "ok", map[string]string{"bijou": "up", "other": "down"}}},
		"without its directory it is not": {func(h *house) { h.storeErr = errors.New("disk gone") }, 503,
			report{"not ready", "does not answer", "ok", map[string]string{"bijou": "up", "other": "down"}}},
		"without profiles it is not": {func(h *house) { h.health.Profiles = func() (bool, error) { return false, nil } }, 503,
			report{"not ready", "ok", "none loaded", map[string]string{"bijou": "up", "other": "down"}}},
		"with the profiles from before a failed reload it is": {func(h *house) { h.health.Profiles = func() (bool, error) { return true, errors.New("line 3") } }, 200,
			report{"ready", "ok", "reload failed; the previous ones are in force", map[string]string{"bijou": "up", "other": "down"}}},
		"while it stops it is not": {func(h *house) { close(h.stopping) }, 503,
			report{"stopping", "ok", "ok", map[string]string{"bijou": "up", "other": "down"}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := newHouse(t)
			c.change(h)
			w := record(h.health.Ready(), "GET", "/readyz")
			var got report
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.status || !reflect.DeepEqual(got, c.want) {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			brief := record(h.health.ReadyBriefly(), "GET", "/readyz")
			if brief.Code != c.status || brief.Body.String() != `{"status":"`+c.want.Status+"\"}\n" {
				t.Errorf("briefly it answered %d %s", brief.Code, brief.Body)
			}
		})
	}
}

func TestWatchersNeedNoKey(t *testing.T) {
	h := newHouse(t)
	h.ask("", "GET", "/healthz", "").want(t, 200, "")
	ready := h.ask("", "GET", "/readyz", "").want(t, 200, "")
	if strings.Contains(ready.text, "Start the server") {
		t.Errorf("a hint is told to everybody: %s", ready.text)
	}
	h.ask("", "GET", "/metrics", "").want(t, 200, "")
	h.ask("", "GET", "/elsewhere", "").want(t, 404, "not_found")
}
