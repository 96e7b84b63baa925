package erp

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// fakeBrowser answers every question on UDP with text, but the first skip of
// them with nothing. It gives the port that it listens on.
func fakeBrowser(t *testing.T, skip int, text string) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		question := make([]byte, 10)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			if skip--; skip >= 0 || n != 1 || question[0] != 3 {
				continue
			}
			_, _ = conn.WriteTo(append([]byte{5, byte(len(text)), byte(len(text) >> 8)}, text...), from)
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
	return port
}

const twoInstances = "ServerName;SRV;InstanceName;SQLEXPRESS;IsClustered;No;Version;15.0.2000.5;np;\\\\SRV\\pipe\\MSSQL$SQLEXPRESS\\sql\\query;;" +
	"ServerName;SRV;InstanceName;SAGE100;IsClustered;No;Version;14.0.1000.169;tcp;50123;np;\\\\SRV\\pipe\\MSSQL$SAGE100\\sql\\query;;"

func TestBrowserTellsThePortOfAnInstance(t *testing.T) {
	for name, c := range map[string]struct {
		instance string
		skip     int
		text     string
		port     uint16
		hint     string
	}{
		"a port of its own":         {"sage100", 0, twoInstances, 50123, ""},
		"after a lost packet":       {"SAGE100", 1, twoInstances, 50123, ""},
		"an instance that is not":   {"SAGE", 0, twoInstances, 0, "correct instance of the dossier (there is SAGE100, SQLEXPRESS)"},
		"an instance without TCP":   {"SQLEXPRESS", 0, twoInstances, 0, "TCP/IP switched off: enable it in SQL Server Configuration Manager"},
		"no instance at all":        {"SAGE100", 0, "", 0, "tells of no instance"},
		"a port that cannot be":     {"A", 0, "InstanceName;A;tcp;70000;;", 0, "TCP/IP switched off"},
		"an answer that breaks off": {"A", 0, "ServerName;SRV;InstanceName;A;tcp", 0, "TCP/IP switched off"},
	} {
		t.Run(name, func(t *testing.T) {
			port, err := browser{port: fakeBrowser(t, c.skip, c.text)}.find(context.Background(), "127.0.0.1", c.instance)
			if port != c.port || (err == nil) != (c.hint == "") {
				t.Fatalf("port %d, %v", port, err)
			}
			if err = wrapConnect(err); c.hint != "" && (Classify(err) != Unavailable || !strings.Contains(Hint(err), c.hint)) {
				t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
			}
		})
	}
}

// wrapConnect makes of an error what a connector makes of it.
func wrapConnect(err error) error { return &connectError{"sqlserver", err} }

func TestABrowserThatIsSilentIsNamed(t *testing.T) {
	for name, port := range map[string]string{"behind a firewall": fakeBrowser(t, 1000, ""), "stopped": closedUDPPort(t)} {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		_, err := browser{port: port}.find(ctx, "127.0.0.1", "SAGE100")
		if hint := Hint(wrapConnect(err)); !strings.Contains(hint, "start the service SQL Server Browser") || !strings.Contains(hint, "UDP 1434") || !strings.Contains(hint, "port") {
			t.Errorf("%s: hint %q of %v", name, hint, err)
		}
	}
}

func closedUDPPort(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}

func TestAnInstanceIsReachedWhereItsBrowserSays(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(closed.Addr().String())
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	config, err := sqlserverConfig(sageServer(func(s *Server) { s.Host, s.Instance, s.Protocol = "127.0.0.1", "SAGE100", "tcp" }))
	if err != nil {
		t.Fatal(err)
	}
	c := &sqlserverConnector{config: config, timeout: time.Second, connect: 5 * time.Second,
		browser: browser{port: fakeBrowser(t, 0, "InstanceName;SAGE100;tcp;"+port+";;")}}
	_, err = c.Connect(context.Background())
	if err == nil || !strings.Contains(err.Error(), port) || !strings.Contains(Hint(err), "Nothing listens on that port: start the service") {
		t.Errorf("hint %q of %v", Hint(err), err)
	}
}

func FuzzBrowserAnswer(f *testing.F) {
	f.Add([]byte("\x05\xff\x00" + twoInstances))
	f.Add([]byte{5, 0, 0})
	f.Fuzz(func(t *testing.T, answer []byte) {
		for _, i := range parseInstances(answer) {
			if i["InstanceName"] == "" {
				t.Errorf("an instance without a name: %q", i)
			}
		}
	})
}

func TestAServerByNameThatIsNotThere(t *testing.T) {
	db := open(t, catalog.SQLServer, "sqlserver://u:p@vantelle-test.invalid:1433?database=d&encrypt=true")
	err := db.Ping(context.Background())
	if Classify(err) != Unavailable || !strings.Contains(Hint(err), "cannot be resolved") {
		t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
	}
}
