package setup

import (
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

func TestFindsWhatAnswersOnThisMachine(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it listens on a Unix socket")
	}
	listen := func(network, at string) net.Listener {
		l, err := net.Listen(network, at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	postgres, closed := listen("tcp", "127.0.0.1:0"), listen("tcp", "127.0.0.1:0")
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "m.sock")
	listen("unix", socket)
	browser, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, from, err := browser.ReadFrom(make([]byte, 10))
		text := "ServerName;SRV;InstanceName;SAGE100;Version;14.0;tcp;50123;;ServerName;SRV;InstanceName;EXPRESS;Version;15.0;;"
		if err == nil {
			_, _ = browser.WriteTo(append([]byte{5, byte(len(text)), 0}, text...), from)
		}
	}()
	t.Cleanup(func() { _ = browser.Close(); <-answered })
	f := Finder{
		Ports:   map[string]string{"postgres": postgres.Addr().String(), "mariadb": closed.Addr().String(), "sqlserver": closed.Addr().String()},
		Sockets: map[string][]string{"mariadb": {filepath.Join(t.TempDir(), "absent"), t.TempDir(), socket}},
		Browser: browser.LocalAddr().String(), Wait: 10 * time.Second,
	}
	got := f.Find(t.Context())
	want := []Found{
		{Engine: "postgres", Host: "127.0.0.1", Port: postgres.Addr().(*net.TCPAddr).Port},
		{Engine: "mariadb", Socket: socket},
		{Engine: "sqlserver", Host: "localhost", Instance: "EXPRESS"},
		{Engine: "sqlserver", Host: "localhost", Instance: "SAGE100", Port: 50123},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := want[2].String(); got != "sqlserver, instance EXPRESS (it does not listen on TCP)" {
		t.Error(got)
	}
}

func TestFindsNothingWhereNothingIs(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.LocalAddr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := (Finder{Browser: at, Wait: 10 * time.Second}).Find(t.Context()); len(got) > 0 {
		t.Errorf("got %+v", got)
	}
}
