package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/profiles"
)

// The shop is the ERP of these measurements: a table of documents and what
// belongs to them, each row of one customer.
const (
	dossier  = "shop"
	customer = "C0042"

	firstClient   = 42 // of the customers that the clients ask for
	shopKey       = "vk_the_key_of_the_measurements"
	shopCustomers = 1000

	shopTables = `
CREATE TABLE docs (id int NOT NULL PRIMARY KEY, owner varchar(17) NOT NULL, kind smallint NOT NULL, ref varchar(20) NOT NULL,
	total numeric(24,6) NOT NULL, cost numeric(24,6), made timestamp NOT NULL, due date, note varchar(200));
CREATE TABLE lines (id int NOT NULL PRIMARY KEY, doc int NOT NULL, article varchar(20) NOT NULL, qty numeric(24,6), margin numeric(24,6));
CREATE TABLE articles (code varchar(20) NOT NULL PRIMARY KEY, name varchar(60) NOT NULL, active smallint NOT NULL)`

	shopProfile = `
profile: SHOP
title: {fr: Mesure, en: Measurement}
erp: custom
modules:
  orders: {title: {fr: Commandes, en: Orders}, level: read}
  invoices: {title: {fr: Factures, en: Invoices}, level: read}
  drafts: {title: {fr: Brouillons, en: Drafts}, level: none}
tables:
  docs:
    rows: owner = :customer
    modules: {orders: kind = 1, invoices: kind = 2, drafts: kind = 9}
    columns: {id: {}, owner: {}, kind: {}, ref: {}, total: {}, made: {}, due: {}, note: {}, cost: {hidden: true}}
  lines:
    follows: {table: docs, on: [[doc, id]]}
    columns: {id: {}, doc: {}, article: {}, qty: {}}
  articles:
    public: true
    rows: active = 1
    columns: {code: {}, name: {}}
`
)

// asCustomer is the customer of the measurements with a granted access.
func asCustomer() identity.Caller {
	return identity.Caller{Dossier: dossier, KeyID: "bench",
		Customer: directory.Customer{Dossier: dossier, ID: customer, Code: customer},
		Access:   directory.Access{Dossier: dossier, CustomerID: customer, State: directory.AccessGranted}}
}

// openGate makes a gate over the shop's database.
func openGate(db *erp.DB, log audit.Log, m filter.Metrics) (*filter.Gate, error) {
	p, err := profiles.Load("shop.yaml", []byte(shopProfile))
	if err != nil {
		return nil, err
	}
	book, err := profiles.NewBook(p)
	if err != nil {
		return nil, err
	}
	worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: dossier, DB: db, DefaultProfile: p.Name})
	return filter.New(filter.Config{Worlds: worlds, Audit: log, Metrics: m}), nil
}

// openERP opens the shop's database as the service does, with a pool of so many.
func openERP(engine catalog.Engine, dsn string, schemas []string, pool int) (*erp.DB, error) {
	s := erp.DefaultSettings()
	s.Name, s.Engine, s.DSN, s.Schemas = dossier, engine, dsn, schemas
	s.PortalPool.MaxOpen, s.PortalPool.MaxIdle = pool, pool
	s.StatementTimeout = 10 * time.Minute // a million rows may take their time
	return erp.Open(s, zerolog.Nop())
}

// openDirectory makes a directory in which customers of the shop have accesses
// and a portal has the key.
func openDirectory(ctx context.Context, dir, key string, customers int) (*store.DB, error) {
	db, err := store.Open(ctx, store.Config{Path: filepath.Join(dir, "directory.db"), Logger: zerolog.Nop()})
	if err != nil {
		return nil, err
	}
	fill := func() error {
		if err := db.SeedKeys(ctx, directory.KeyBackend, []directory.Key{{Name: "bench", Hash: identity.HashKey(key)}}); err != nil {
			return err
		}
		plan := directory.Plan{Dossier: dossier}
		for i := range customers {
			id := customerID(i)
			plan.PutCustomers = append(plan.PutCustomers, directory.Customer{Dossier: dossier, ID: id, Code: id, Name: "Customer " + id, State: directory.CustomerActive})
		}
		run := directory.Run{ID: "bench", Dossier: dossier}
		if err := db.StartRun(ctx, run); err != nil {
			return err
		}
		if err := db.ApplyPlan(ctx, run.ID, plan, run.StartedAt); err != nil {
			return err
		}
		for i := range min(customers, manyClients) {
			if _, err := db.PutAccess(ctx, directory.Access{Dossier: dossier, CustomerID: customerID(firstClient + i), State: directory.AccessGranted}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := fill(); err != nil {
		_ = db.Close() // the first error is the one that counts
		return nil, err
	}
	return db, nil
}

func customerID(i int) string { return fmt.Sprintf("C%04d", i) }
