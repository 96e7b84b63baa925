package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"
)

// DefaultConfig is where the service's configuration is unless told.
func DefaultConfig(getenv func(string) string) string {
	return WindowsFolder(getenv("ProgramData")) + `\config.yaml`
}

// Places is where the service keeps what it writes unless told.
func Places(getenv func(string) string) Layout {
	return windowsLayout(WindowsFolder(getenv("ProgramData")))
}

// Open gives the machine's service manager. It connects to it only when asked
// for something.
func Open(getenv func(string) string) (Manager, error) {
	return &scm{folder: WindowsFolder(getenv("ProgramData"))}, nil
}

// Describe tells what Install would do.
func Describe(s Spec, getenv func(string) string) (string, error) {
	return WindowsPlan(s, WindowsFolder(getenv("ProgramData")), accountSID)
}

// scm is Windows' service control manager.
type scm struct{ folder string }

var _ Manager = (*scm)(nil)

// Install makes the folders with their rights, then the service and the source
// of its events.
func (m *scm) Install(_ context.Context, s Spec) (done []string, err error) {
	if err := s.checkWindows(m.folder); err != nil {
		return nil, err
	}
	if s.Account == "" {
		s.Account = WindowsAccount
	}
	sid, err := accountSID(s.Account)
	if err != nil {
		return nil, err
	}
	manager, err := mgr.Connect()
	if err != nil {
		return nil, explain(err)
	}
	defer func() { err = errors.Join(err, manager.Disconnect()) }()
	for _, f := range protect(m.folder, sid) {
		if err := protectFolder(f); err != nil {
			return done, err
		}
		done = append(done, "protected "+f.path)
	}
	service, made, err := createOrChange(manager, s)
	if err != nil {
		return done, fmt.Errorf("make the service: %w", explain(err))
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	done = append(done, made)
	if err := restartOnFailure(service); err != nil {
		return done, fmt.Errorf("have the service restarted after a failure: %w", err)
	}
	done = append(done, "it is restarted after a failure")
	err = eventlog.InstallAsEventCreate(Name, eventlog.Error|eventlog.Warning|eventlog.Info)
	if err != nil && !strings.Contains(err.Error(), "already exists") { // the package has no better word for it
		return done, fmt.Errorf("make the source of events: %w", err)
	}
	return append(done, "it starts with the machine"), nil
}

// createOrChange makes the service, or gives one that is there what s says.
func createOrChange(manager *mgr.Mgr, s Spec) (*mgr.Service, string, error) {
	c := mgr.Config{
		ServiceType:      windows.SERVICE_WIN32_OWN_PROCESS,
		StartType:        mgr.StartAutomatic,
		ErrorControl:     mgr.ErrorNormal,
		DelayedAutoStart: true,
		DisplayName:      "Vantelle",
		Description:      "Filters what each customer may see of an ERP, and synchronises the ERP's customers.",
		ServiceStartName: s.Account,
		Password:         s.Password,
	}
	args := []string{"serve", "--config", s.Config}
	service, err := manager.CreateService(Name, s.Exe, c, args...)
	if !errors.Is(err, windows.ERROR_SERVICE_EXISTS) {
		return service, "made the service as " + s.Account, err
	}
	if service, err = manager.OpenService(Name); err != nil {
		return nil, "", err
	}
	c.BinaryPathName = windows.ComposeCommandLine(append([]string{s.Exe}, args...))
	if err := service.UpdateConfig(c); err != nil {
		return nil, "", errors.Join(err, service.Close())
	}
	return service, "changed the service, as " + s.Account, nil
}

// restartOnFailure has the manager restart a service that crashes, and one that
// says that it ended with an error.
func restartOnFailure(service *mgr.Service) error {
	var actions []mgr.RecoveryAction
	for _, pause := range restarts() {
		actions = append(actions, mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: pause})
	}
	if err := service.SetRecoveryActions(actions, uint32(restartsReset.Seconds())); err != nil {
		return err
	}
	return service.SetRecoveryActionsOnNonCrashFailures(true)
}

// protectFolder makes a folder, and gives it to administrators with the access
// list, which what is in it inherits.
func protectFolder(f folderRights) error {
	fail := func(err error) error { return fmt.Errorf("protect %s: %w", f.path, explain(err)) }
	sd, err := windows.SecurityDescriptorFromString(f.sddl)
	if err != nil {
		return fail(err)
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fail(err)
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return fail(err)
	}
	dacl, _, err := sd.DACL()
	if err != nil {
		return fail(err)
	}
	// A folder that another user made before us would still be his.
	what := windows.SECURITY_INFORMATION(windows.OWNER_SECURITY_INFORMATION | windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION)
	if err := windows.SetNamedSecurityInfo(f.path, windows.SE_FILE_OBJECT, what, owner, nil, dacl, nil); err != nil {
		return fail(err)
	}
	return nil
}

func accountSID(account string) (string, error) {
	if sid, err := VirtualSID(account); err == nil {
		return sid, nil
	}
	sid, _, _, err := windows.LookupSID("", strings.TrimPrefix(account, `.\`))
	if err != nil {
		return "", fmt.Errorf("find the account %s: %w", account, err)
	}
	return sid.String(), nil
}

// Uninstall stops the service and removes it and its source of events.
func (m *scm) Uninstall(ctx context.Context) error {
	if err := m.Stop(ctx); err != nil {
		return err
	}
	return with(windows.DELETE, func(service *mgr.Service) error {
		err := eventlog.Remove(Name)
		if errors.Is(err, windows.ERROR_FILE_NOT_FOUND) { // somebody removed it already
			err = nil
		}
		return errors.Join(service.Delete(), err)
	})
}

// Start asks for the start, and returns when the service runs.
func (m *scm) Start(ctx context.Context) error {
	return with(windows.SERVICE_START|windows.SERVICE_QUERY_STATUS, func(service *mgr.Service) error {
		if err := service.Start(); err != nil && !errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING) {
			return err
		}
		return await(ctx, service, svc.Running)
	})
}

func (m *scm) Stop(ctx context.Context) error {
	return with(windows.SERVICE_STOP|windows.SERVICE_QUERY_STATUS, func(service *mgr.Service) error {
		if _, err := service.Control(svc.Stop); err != nil && !errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
			return err
		}
		return await(ctx, service, svc.Stopped)
	})
}

func (m *scm) Restart(ctx context.Context) error {
	if err := m.Stop(ctx); err != nil {
		return err
	}
	return m.Start(ctx)
}

// await waits for a state, and gives up when ctx ends or the service stops
// instead.
func await(ctx context.Context, service *mgr.Service, state svc.State) error {
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	for {
		status, err := service.Query()
		switch {
		case err != nil:
			return err
		case status.State == state:
			return nil
		case status.State == svc.Stopped:
			return errors.New("the service stopped at once; see why in the event log (Application, source " + Name + ") and in its log file")
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the service takes too long: %w", ctx.Err())
		case <-every.C:
		}
	}
}

// Status asks the manager, which tells everybody.
func (m *scm) Status(context.Context) (st Status, err error) {
	err = with(windows.SERVICE_QUERY_STATUS, func(service *mgr.Service) error {
		status, err := service.Query()
		if err != nil {
			return err
		}
		names := map[svc.State]string{svc.Stopped: "stopped", svc.StartPending: "starting", svc.StopPending: "stopping", svc.Running: "running", svc.Paused: "paused"}
		st = Status{Running: status.State == svc.Running, Text: names[status.State]}
		if status.ProcessId != 0 {
			st.Text += fmt.Sprintf(", process %d", status.ProcessId)
		}
		if status.State == svc.Stopped && status.ServiceSpecificExitCode != 0 {
			st.Text += ", ended with an error; see the event log (Application, source " + Name + ")"
		}
		return nil
	})
	return st, err
}

// with opens the service with just the rights that do needs, so that looking
// needs no administrator.
func with(rights uint32, do func(*mgr.Service) error) error {
	h, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return explain(err)
	}
	manager := &mgr.Mgr{Handle: h}
	defer func() { _ = manager.Disconnect() }() // nothing hangs on it
	name, err := windows.UTF16PtrFromString(Name)
	if err != nil {
		return err
	}
	handle, err := windows.OpenService(h, name, rights)
	if err != nil {
		return explain(err)
	}
	service := &mgr.Service{Name: Name, Handle: handle}
	defer func() { _ = service.Close() }() // likewise
	return explain(do(service))
}

// explain gives the errors that an administrator can act on their names here.
func explain(err error) error {
	switch {
	case errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return fmt.Errorf("%w: open the terminal with \"Run as administrator\" (%w)", ErrRights, err)
	case errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST):
		return ErrNotInstalled
	case errors.Is(err, windows.ERROR_SERVICE_MARKED_FOR_DELETE):
		return fmt.Errorf("the service is being removed: close the windows that show it (Services, Event Viewer) and try again (%w)", err)
	}
	return err
}
