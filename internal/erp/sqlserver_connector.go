package erp

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"sync"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

// sqlserverConnector opens connections one protocol after the other. The
// driver could do that too, but it says only why the last one failed, and it
// waits for ever for a server that takes a connection and says nothing.
type sqlserverConnector struct {
	config  msdsn.Config
	session string
	timeout time.Duration // of a statement
	connect time.Duration // of a connection, until its session is set
	browser browser
	writes  bool
}

func (c *sqlserverConnector) Driver() driver.Driver { return &mssql.Driver{} }

func (c *sqlserverConnector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.connect)
	defer cancel()
	var failed []error
	for _, protocol := range c.config.Protocols {
		conn, err := c.through(ctx, protocol)
		if err == nil {
			return conn, nil
		}
		failed = append(failed, err)
		var answered mssql.Error
		if errors.As(err, &answered) || ctx.Err() != nil {
			break // the server was reached; another way there gives the same answer
		}
	}
	return nil, &connectError{"sqlserver", errors.Join(failed...)}
}

func (c *sqlserverConnector) through(ctx context.Context, protocol string) (driver.Conn, error) {
	config := c.config
	config.Protocols = []string{protocol}
	if config.TLSConfig != nil {
		config.TLSConfig = config.TLSConfig.Clone() // the driver writes in it
	}
	if protocol == "tcp" && config.Instance != "" && config.Port == 0 {
		port, err := c.browser.find(ctx, config.Host, config.Instance)
		if err != nil {
			return nil, err
		}
		config.Port = uint64(port)
	}
	line := &line{}
	connector := mssql.NewConnectorConfig(config)
	connector.Dialer = line
	stop := context.AfterFunc(ctx, line.cut)
	raw, err := connector.Connect(ctx)
	conn, _ := raw.(*mssql.Conn)
	if err == nil {
		connector.SessionInitSQL, err = startSession(ctx, conn, c.session, c.writes)
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		if late := ctx.Err(); late != nil {
			err = errors.Join(late, err) // what the cut line gave says less
		}
		line.cut()
		return nil, err
	}
	return &sqlserverConn{conn: conn, line: line, timeout: c.timeout, writes: c.writes}, nil
}

// line is the network connection below the driver's, to cut when the driver
// would wait for ever. Pipes and shared memory are not dialled through it.
type line struct {
	mu   sync.Mutex
	conn net.Conn
	gone bool
}

// DialContext is what the driver dials with.
func (l *line) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{KeepAlive: 30 * time.Second}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return nil, errors.Join(net.ErrClosed, conn.Close())
	}
	l.conn = conn
	return conn, nil
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = true
	if l.conn != nil {
		_ = l.conn.Close() // whoever waits on it hears of it
	}
}
