package filter_test

import (
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// A customer who wrote the column that the synchronisation makes an attribute of would
// choose after its next run which rows he sees: he only reads it.
func TestPromise9WhatDecidesWhoOneIsIsOnlyRead(t *testing.T) {
	const schema = `CREATE TABLE clients (code varchar(17) NOT NULL PRIMARY KEY, town varchar(20), zone varchar(20));
		CREATE TABLE docs (id int NOT NULL PRIMARY KEY, region varchar(20));
		INSERT INTO clients VALUES ('ANNA','Lyon','S'),('BORIS','Brest','N'); INSERT INTO docs VALUES (1,'S'),(2,'N')`
	const profile = `
profile: SHOP
title: {fr: Vue, en: Sight}
erp: custom
tables:
  clients: {rows: code = :customer, writes: [update], columns: {code: {}, town: {}, zone: {}}}
  docs: {rows: region = :attr_zone, columns: {id: {}}}
`
	for decides, code := range map[bool]refusal.Code{false: "", true: refusal.ReadOnly} {
		first := newRig(t, schema, profile)
		settings := erp.DefaultSettings()
		settings.Name, settings.Engine, settings.DSN = "d", catalog.SQLite, first.path
		settings.Decides = func(table, column string) bool { return decides && table == "clients" && column == "zone" }
		db, err := erp.Open(settings, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		r := rigOn(t, db, profile)
		for q, want := range map[string]refusal.Code{"UPDATE clients SET zone = 'N'": code, "UPDATE clients SET town = 'Nice'": ""} {
			if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); codeOf(err) != want {
				t.Errorf("%s, where the zone decides (%t): %q, %v", q, decides, got, err)
			}
		}
	}
}
