package setup

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/vantelle/vantelle/internal/erp"
)

// Finder looks for database servers on this machine. It knocks and signs in
// nowhere.
type Finder struct {
	Ports   map[string]string   // engine → its usual address, host:port
	Sockets map[string][]string // engine → the usual paths of its Unix socket
	Browser string              // where a SQL Server Browser would be, host or host:port
	Wait    time.Duration       // for each answer
}

// ThisMachine looks in the usual places.
func ThisMachine() Finder {
	return Finder{
		Ports:   map[string]string{"postgres": "127.0.0.1:5432", "mariadb": "127.0.0.1:3306", "sqlserver": "127.0.0.1:1433"},
		Sockets: map[string][]string{"mariadb": {"/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock"}},
		Browser: "127.0.0.1",
		Wait:    time.Second,
	}
}

// Found is a server that answered.
type Found struct {
	Engine   string
	Host     string // empty where Socket is the way
	Port     int    // 0 where none is known
	Socket   string
	Instance string // sqlserver: its name; Port 0 then says that TCP is off
}

// String says where it is, for people.
func (f Found) String() string {
	switch {
	case f.Socket != "":
		return fmt.Sprintf("%s at %s", f.Engine, f.Socket)
	case f.Instance != "" && f.Port == 0:
		return fmt.Sprintf("%s, instance %s (it does not listen on TCP)", f.Engine, f.Instance)
	case f.Instance != "":
		return fmt.Sprintf("%s, instance %s (port %d)", f.Engine, f.Instance, f.Port)
	}
	return fmt.Sprintf("%s at %s", f.Engine, net.JoinHostPort(f.Host, strconv.Itoa(f.Port)))
}

// Find gives the servers that answer, in the order of Engines.
func (f Finder) Find(ctx context.Context) []Found {
	ctx, cancel := context.WithTimeout(ctx, f.Wait)
	defer cancel()
	var instances []erp.Instance
	knocked := map[string]bool{}
	var mu sync.Mutex
	var asked sync.WaitGroup
	for engine, at := range f.Ports {
		asked.Go(func() {
			var dialer net.Dialer
			conn, err := dialer.DialContext(ctx, "tcp", at)
			if err != nil {
				return
			}
			_ = conn.Close() // somebody is at home; that was all
			mu.Lock()
			knocked[engine] = true
			mu.Unlock()
		})
	}
	asked.Go(func() {
		all, err := erp.Instances(ctx, f.Browser)
		if err == nil { // as a rule there is none
			mu.Lock()
			instances = all
			mu.Unlock()
		}
	})
	asked.Wait()
	var found []Found
	for _, engine := range Engines() {
		if engine == "sqlserver" {
			for _, i := range instances {
				found = append(found, Found{Engine: engine, Host: "localhost", Instance: i.Name, Port: int(i.Port)})
			}
		}
		for _, socket := range f.Sockets[engine] {
			if info, err := os.Stat(socket); err == nil && info.Mode()&os.ModeSocket != 0 {
				found = append(found, Found{Engine: engine, Socket: socket})
				break
			}
		}
		if host, port, err := net.SplitHostPort(f.Ports[engine]); err == nil && knocked[engine] {
			number, _ := strconv.Atoi(port) // it was dialled
			if !listed(found, engine, number) {
				found = append(found, Found{Engine: engine, Host: host, Port: number})
			}
		}
	}
	return found
}

// listed tells whether an instance of the engine has this port.
func listed(found []Found, engine string, port int) bool {
	for _, f := range found {
		if f.Engine == engine && f.Port == port {
			return true
		}
	}
	return false
}
