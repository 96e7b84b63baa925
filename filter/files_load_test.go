package filter_test

import (
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/files"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/identity"
)

// downloads is a portal over files of 20 MB that the ERP keeps in a column, more
// than a socket takes at once: order A-1 of ANNA, B-1 of BORIS and others' have one.
type downloads struct {
	t       *testing.T
	address string
}

func newDownloads(t *testing.T, library *files.Library, c portal.Config) *downloads {
	t.Helper()
	r := newRig(t, scans+`
UPDATE scans SET public = 0;
INSERT INTO scans VALUES (1,'a','big.pdf',1,zeroblob(20000000)),(4,'a','big.pdf',1,zeroblob(20000000)),
 (21,'a','big.pdf',1,zeroblob(20000000)),(22,'a','big.pdf',1,zeroblob(20000000)),(23,'a','big.pdf',1,zeroblob(20000000));
INSERT INTO docs (id, owner, ref, kind) VALUES (21,'CLAUS','CLAUS',1),(22,'DORA','DORA',1),(23,'EMIL','EMIL',1);
`, attached)
	library.Gate = r.gate
	c.Gate, c.Files, c.Identify, c.Logger, c.Cursors = r.gate, library, openDoor{}, zerolog.Nop(), testCursors
	server := httptest.NewServer(portal.New(c))
	t.Cleanup(server.Close)
	return &downloads{t, strings.TrimPrefix(server.URL, "http://")}
}

// begin asks for something and gives the status; of the rest nothing is read.
func (d *downloads) begin(customer, path string) (net.Conn, string) {
	d.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(d.t.Context(), "tcp", d.address)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	_, _ = fmt.Fprintf(conn, "GET /v1/dossiers/d/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer vk_x\r\n%s: %s\r\n\r\n", path, identity.HeaderCustomer, customer)
	status := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(conn, status); err != nil {
		d.t.Fatal(err)
	}
	return conn, strings.TrimPrefix(string(status), "HTTP/1.1 ")
}

func (d *downloads) want(status, customer, path string) net.Conn {
	d.t.Helper()
	conn, got := d.begin(customer, path)
	if got != status {
		d.t.Errorf("%s asks for %s: %s, want %s", customer, path, got, status)
	}
	return conn
}

// await asks until the answer is another one, for ten seconds at most.
func (d *downloads) await(status, customer, path string) {
	d.t.Helper()
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(20 * time.Millisecond) {
		if _, got := d.begin(customer, path); got == status {
			return
		}
	}
	d.t.Errorf("%s asks for %s: never %s", customer, path, status)
}

// Without a count of his own, one customer could have any number of files open, for
// hours each: descriptors and memory of the service would be his.
func TestPromise10DownloadsOfACustomerAreCounted(t *testing.T) {
	d := newDownloads(t, &files.Library{}, portal.Config{Load: portal.Load{Dossier: 1, Customer: 2}})
	first := d.want("200", "ANNA", "files/orders/A-1")
	d.want("200", "ANNA", "files/orders/A-1")
	d.want("429", "ANNA", "files/orders/A-1")
	d.want("429", "ANNA", "catalog")
	d.want("200", "BORIS", "files/orders/B-1") // the dossier's only place is free meanwhile
	_ = first.Close()
	d.await("200", "ANNA", "files/orders/A-1")
}

// Without a bound of what is held, contents of columns that wait for their readers
// would fill the memory: 16 files of 100 MB for each customer.
func TestPromise10FilesOfColumnsHaveSoMuchRoomInMemory(t *testing.T) {
	d := newDownloads(t, &files.Library{MaxSize: 20_000_000}, portal.Config{})
	first := d.want("200", "ANNA", "files/orders/A-1")
	d.want("429", "ANNA", "files/orders/A-1")
	d.want("200", "BORIS", "files/orders/B-1")
	_ = first.Close()
	d.await("200", "ANNA", "files/orders/A-1")
	for _, other := range []string{"CLAUS", "DORA"} {
		d.want("200", other, "files/orders/"+other)
	}
	d.want("429", "EMIL", "files/orders/EMIL") // each of four has all of his share

	d = newDownloads(t, &files.Library{MaxSize: 19 << 20}, portal.Config{})
	d.want("400", "ANNA", "files/orders/A-1") // no larger than that at all
}

// Without an end, who reads a byte now and then would hold a file for hours.
func TestPromise10FilesAreReadAtSomeSpeed(t *testing.T) {
	d := newDownloads(t, &files.Library{}, portal.Config{Limits: portal.Limits{Time: time.Second, FileRate: 100 << 20}, Load: portal.Load{Customer: 1}})
	conn := d.want("200", "ANNA", "files/orders/A-1")
	d.want("429", "ANNA", "files/orders/A-1")
	go func() {
		buffer := make([]byte, 64<<10)
		for range 100 {
			if _, err := conn.Read(buffer); err != nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	d.await("200", "ANNA", "files/orders/A-1")
}
