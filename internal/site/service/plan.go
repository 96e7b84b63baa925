package service

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// WindowsAccount is the virtual account of the service: it has no password,
// nobody can sign in with it, and rights are given to it by name.
const WindowsAccount = `NT SERVICE\` + Name

// The parts of the service's folder on Windows that it may change.
var windowsWritable = []string{"data", "files", "logs"}

// restarts are the pauses before a service that ended by itself is started
// again; the last one holds from then on. They are counted anew after a day.
func restarts() []time.Duration {
	return []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute}
}

const restartsReset = 24 * time.Hour

var windowsAbs = regexp.MustCompile(`^([A-Za-z]:\\|\\\\[^\\]+\\[^\\]+\\)`)

func isWindowsAbs(p string) bool { return windowsAbs.MatchString(p) }

// WindowsFolder gives the service's folder, of which programData is the parent
// (%ProgramData%, or C:\ProgramData where empty).
func WindowsFolder(programData string) string {
	if programData == "" {
		programData = `C:\ProgramData`
	}
	return strings.TrimRight(programData, `\`) + `\Vantelle`
}

// folderRights is a folder and the access list that it gets, in SDDL
// (learn.microsoft.com, Security Descriptor Definition Language).
type folderRights struct{ path, sddl string }

// Rights in SDDL: all, read and traverse, and all that changes files without
// changing their owner or access list.
const (
	rightsAll    = "FA"
	rightsRead   = "0x1200a9"
	rightsModify = "0x1301bf"
)

// protect gives the folders of the service with their access lists: the system
// and administrators may do all, the service reads its configuration, profiles
// and secrets and changes its data and logs, and nobody else gets in. What the
// folders above allow is not inherited: in ProgramData every user may create.
func protect(folder, account string) []folderRights {
	acl := func(rights string) string {
		const inherited = "OICI" // by files and folders in it
		return fmt.Sprintf("O:BAD:PAI(A;%[1]s;%[2]s;;;SY)(A;%[1]s;%[2]s;;;BA)(A;%[1]s;%[3]s;;;%[4]s)", inherited, rightsAll, rights, account)
	}
	list := []folderRights{{folder, acl(rightsRead)}}
	for _, name := range []string{"profiles", "secrets"} {
		list = append(list, folderRights{folder + `\` + name, acl(rightsRead)})
	}
	for _, name := range windowsWritable {
		list = append(list, folderRights{folder + `\` + name, acl(rightsModify)})
	}
	return list
}

// WindowsPlan tells what Install does on Windows, for people. sid gives the
// security identifier of an account, or an error.
func WindowsPlan(s Spec, folder string, sid func(account string) (string, error)) (string, error) {
	if err := s.checkWindows(folder); err != nil {
		return "", err
	}
	if s.Account == "" {
		s.Account = WindowsAccount
	}
	id, err := sid(s.Account)
	if err != nil {
		return "", err
	}
	var pauses []string
	for _, d := range restarts() {
		pauses = append(pauses, d.String())
	}
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-11s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("service", "%s", Name)
	line("runs", `"%s" serve --config "%s"`, s.Exe, s.Config)
	line("account", "%s (%s)", s.Account, id)
	line("start", "with the machine, delayed")
	line("on failure", "restart after %s, counted anew after %s", strings.Join(pauses, ", "), restartsReset)
	line("events", "source %s of the log Application", Name)
	for _, f := range protect(folder, id) {
		line("folder", "%s  %s", f.path, f.sddl)
	}
	if !inFolder(s.Config, folder) {
		line("by hand", "let %s read %s and its folder, and change what the configuration has it write: only %s is protected for you", s.Account, s.Config, folder)
	}
	return b.String(), nil
}

// checkWindows refuses a service that could not write its data: in its own
// folder it may change only what is made for that.
func (s Spec) checkWindows(folder string) error {
	if err := s.check(isWindowsAbs); err != nil {
		return err
	}
	for _, w := range s.Writable {
		w = strings.TrimRight(w, `\`)
		allowed := func(name string) bool { return inFolder(w+`\`, folder+`\`+name) }
		if inFolder(w+`\`, folder) && !slices.ContainsFunc(windowsWritable, allowed) {
			return fmt.Errorf(`the configuration has the service write to %s, where it may not: set directory.path to data\vantelle.db, audit.path to data\audit, files.path to files and log.file, where it is set, to logs\vantelle.log`, w)
		}
	}
	return nil
}

// inFolder tells whether a path of Windows lies in a folder.
func inFolder(path, folder string) bool {
	return len(path) > len(folder) && strings.EqualFold(path[:len(folder)+1], folder+`\`)
}

// VirtualSID gives the security identifier of a service's virtual account,
// which any machine can tell; of others only Windows knows.
func VirtualSID(account string) (string, error) {
	name, virtual := strings.CutPrefix(strings.ToUpper(account), `NT SERVICE\`)
	if !virtual {
		return "", fmt.Errorf("only the Windows machine itself knows the account %s", account)
	}
	return serviceSID(name), nil
}
