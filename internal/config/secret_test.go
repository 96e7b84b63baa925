package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"go.yaml.in/yaml/v3"
)

func TestSecretShowsNowhere(t *testing.T) {
	const value = "sesame"
	type holder struct {
		Public Secret
		hidden Secret
		Ref    *Secret
	}
	s := NewSecret(value)
	h := holder{Public: s, hidden: s, Ref: &s}
	must := func(data []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	outputs := map[string]string{
		"JSON":                   must(json.Marshal(h)),
		"YAML":                   must(yaml.Marshal(h)),
		"map":                    fmt.Sprintf("%v %+v", map[string]Secret{"a": s}, []Secret{s}),
		"key":                    must(json.Marshal(map[Secret]int{s: 1})),
		"err":                    fmt.Errorf("open %v: %w", s, errors.New("x")).Error(),
		"line":                   fmt.Sprintln(s, h, &h),
		"unexported field alone": fmt.Sprintf("%+v %#v", h.hidden, struct{ s Secret }{h.hidden}),
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%10.3s", "%!"} {
		outputs[verb] = fmt.Sprintf(verb, s) + fmt.Sprintf(verb, &s) + fmt.Sprintf(verb, h) + fmt.Sprintf(verb, &h)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s, "holder", h)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", s, "holder", h)
	z := zerolog.New(&log)
	z.Info().Interface("secret", s).Any("holder", h).Stringer("s", s).Msgf("%v %+v", s, h)
	outputs["log"] = log.String()
	for name, out := range outputs {
		if out == "" || strings.Contains(out, value) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", value)) {
			t.Errorf("%s shows %s", name, out)
		}
	}
	if got := outputs["JSON"]; !strings.Contains(got, redacted) {
		t.Errorf("nobody sees that there is a secret: %s", got)
	}
	if s.Reveal() != value || s.IsZero() {
		t.Error("the secret is lost")
	}
	if empty := NewSecret(""); fmt.Sprint(empty) != "" || !empty.IsZero() || empty.Reveal() != "" {
		t.Error("no secret must show as none")
	}
}
