package oracle

import (
	"context"
	"database/sql/driver"
	"sync"
)

// keeper keeps the connections of one gate for the next: Babelfish learns the
// grammar of T-SQL anew on each, which takes a second for each kind of
// statement.
type keeper struct {
	mu   sync.Mutex
	free map[int][]keepable // by the pool's number within its gate
	next int
}

// gatePools is how many pools erp.Open makes, always in the same order.
const gatePools = 3

// through is for the settings of a gate.
func (k *keeper) through(c driver.Connector) driver.Connector {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next++
	return &keeping{Connector: c, keeper: k, pool: k.next % gatePools}
}

// end closes what is kept.
func (k *keeper) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, list := range k.free {
		for _, c := range list {
			_ = c.Close()
		}
	}
	k.free = nil
}

// keepable is what a connection of the gate's to SQL Server does.
type keepable interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.SessionResetter
	driver.Validator
	driver.Pinger
	driver.NamedValueChecker
}

type keeping struct {
	driver.Connector
	keeper *keeper
	pool   int
}

func (c *keeping) Connect(ctx context.Context) (driver.Conn, error) {
	for {
		old := c.keeper.take(c.pool)
		if old == nil {
			break
		}
		if old.ResetSession(ctx) == nil && old.Ping(ctx) == nil { // the server may have died since
			return &kept{old, c}, nil
		}
		_ = old.Close()
	}
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &kept{conn.(keepable), c}, nil
}

func (k *keeper) take(pool int) keepable {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := k.free[pool]
	if len(list) == 0 {
		return nil
	}
	k.free[pool] = list[:len(list)-1]
	return list[len(list)-1]
}

type kept struct {
	keepable
	from *keeping
}

func (c *kept) Close() error {
	if !c.IsValid() {
		return c.keepable.Close()
	}
	k := c.from.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.free == nil {
		k.free = map[int][]keepable{}
	}
	k.free[c.from.pool] = append(k.free[c.from.pool], c.keepable)
	return nil
}
