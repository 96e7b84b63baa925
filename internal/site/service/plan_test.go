package service

import (
	"strings"
	"testing"
)

func TestServiceSIDIsTheOneThatWindowsMakes(t *testing.T) {
	// NT SERVICE\TrustedInstaller, documented by Microsoft among the
	// well-known security identifiers.
	const want = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
	if got, err := VirtualSID(`NT Service\TrustedInstaller`); got != want || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
	if got, err := VirtualSID(`CORP\erp`); err == nil {
		t.Errorf("an account of a domain gives %s", got)
	}
}

func windowsSpec() Spec {
	return Spec{Exe: `C:\Program Files\Vantelle\vantelle.exe`, Config: `C:\ProgramData\Vantelle\config.yaml`}
}

func TestWindowsPlan(t *testing.T) {
	elsewhere := windowsSpec()
	elsewhere.Writable = []string{`D:\Vantelle`, `C:\ProgramData\Vantelle\data`, `C:\ProgramData\Vantelle\data\audit`, `C:\ProgramData\Vantelle\logs`}
	elsewhere.Config, elsewhere.Account = `D:\Vantelle\config.yaml`, `CORP\svc-vantelle$`
	known := func(account string) (string, error) {
		if account == elsewhere.Account {
			return "S-1-5-21-1-2-3-1104", nil
		}
		return VirtualSID(account)
	}
	for file, s := range map[string]Spec{"plan.txt": windowsSpec(), "plan-elsewhere.txt": elsewhere} {
		text, err := WindowsPlan(s, WindowsFolder(""), known)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, file, text)
	}
}

func TestWindowsPlanRefusesWhatCannotWork(t *testing.T) {
	for name, change := range map[string]func(*Spec){
		"a relative program":                     func(s *Spec) { s.Exe = "vantelle.exe" },
		"a configuration relative to a drive":    func(s *Spec) { s.Config = "C:config.yaml" },
		"a path that would end the command line": func(s *Spec) { s.Config = `C:\a" --x "` },
		"data beside the configuration":          func(s *Spec) { s.Writable = []string{`c:\programdata\Vantelle`} },
		"data in a folder of its own":            func(s *Spec) { s.Writable = []string{`C:\ProgramData\Vantelle\database`} },
		"an account that nobody knows":           func(s *Spec) { s.Account = `CORP\nobody` },
	} {
		t.Run(name, func(t *testing.T) {
			s := windowsSpec()
			change(&s)
			if text, err := WindowsPlan(s, WindowsFolder(""), VirtualSID); err == nil {
				t.Errorf("got\n%s", text)
			}
		})
	}
}

// TestFoldersOnWindowsAreForNobodyElse reads the access lists as Windows would:
// which security identifiers they name, and that nothing is inherited.
func TestFoldersOnWindowsAreForNobodyElse(t *testing.T) {
	sid, err := VirtualSID(WindowsAccount)
	if err != nil {
		t.Fatal(err)
	}
	writable := map[string]bool{}
	for _, f := range protect(WindowsFolder(`D:\Data\`), sid) {
		acl, ok := strings.CutPrefix(f.sddl, "O:BAD:PAI")
		if !ok {
			t.Fatalf("%s: %s", f.path, f.sddl)
		}
		for entry := range strings.SplitSeq(strings.Trim(acl, "()"), ")(") {
			parts := strings.Split(entry, ";")
			who, rights := parts[5], parts[2]
			switch {
			case parts[0] != "A" || parts[1] != "OICI":
				t.Errorf("%s: the entry %s", f.path, entry)
			case who == "SY" || who == "BA":
			case who != sid:
				t.Errorf("%s is open to %s", f.path, who)
			case rights == rightsModify:
				writable[f.path] = true
			case rights != rightsRead:
				t.Errorf("%s: the service has %s", f.path, rights)
			}
		}
	}
	if len(writable) != 3 || !writable[`D:\Data\Vantelle\data`] || !writable[`D:\Data\Vantelle\files`] || !writable[`D:\Data\Vantelle\logs`] {
		t.Errorf("the service may change %v", writable)
	}
}
