package config

import (
	"errors"
	"reflect"
	"testing"
)

func TestValidateChangesNothing(t *testing.T) {
	build := func() Config {
		c := Default()
		c.Portal.Listen = "0.0.0.0:1"
		c.Admin.Tokens = []Token{{Name: "a"}, {Name: "a", Token: NewSecret("va_x")}}
		c.Dossiers = map[string]Dossier{"X": {Engine: Postgres, DSN: NewSecret("x")}}
		c.Keys = []Key{{Dossiers: []string{"y", "y"}}}
		return c
	}
	c := build()
	var mistakes Mistakes
	if !errors.As(c.Validate(), &mistakes) || len(mistakes) < 10 {
		t.Fatalf("got %v", mistakes)
	}
	if !reflect.DeepEqual(c, build()) {
		t.Error("the configuration was changed")
	}
	for _, m := range mistakes {
		if m.Path == "" || m.Msg == "" {
			t.Errorf("a mistake that tells nothing: %+v", m)
		}
	}
}

func TestDefaultsAreValidButForTheDossiers(t *testing.T) {
	var mistakes Mistakes
	if !errors.As(Default().Validate(), &mistakes) || len(mistakes) != 1 || mistakes[0].Path != "dossiers" {
		t.Errorf("got %v", mistakes)
	}
}

func TestWhichAddressesOnlyThisMachineReaches(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1": true, "127.8.8.8": true, "::1": true, "localhost": true, "LOCALHOST": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "::": false, "192.168.1.1": false, "localhost.example.com": false, "127.0.0.1.example.com": false, "portal": false} {
		if got := loopback(host); got != want {
			t.Errorf("%s: got %v", host, got)
		}
	}
}
