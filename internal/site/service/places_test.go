package service

import (
	"path"
	"testing"
)

// What init writes is what install accepts, unasked.
func TestTheServiceMayWriteToItsPlaces(t *testing.T) {
	linux := linuxLayout()
	if _, err := Unit(Spec{Exe: "/usr/local/bin/vantelle", Config: DefaultLinuxConfig, Writable: []string{path.Dir(linux.Directory), linux.Audit}}); err != nil {
		t.Error(err)
	}
	folder := WindowsFolder("")
	windows := windowsLayout(folder)
	s := Spec{Exe: `C:\Program Files\Vantelle\vantelle.exe`, Config: folder + `\config.yaml`, Writable: []string{folder + `\data`, windows.Audit, folder + `\logs`}}
	if err := s.checkWindows(folder); err != nil {
		t.Error(err)
	}
	for _, p := range []string{windows.Directory, windows.Audit, windows.Log} {
		if !inFolder(p, folder+`\data`) && !inFolder(p, folder+`\logs`) {
			t.Errorf("%s is where the service may not write", p)
		}
	}
}
