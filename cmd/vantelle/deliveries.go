package main

import (
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/outbox"
	"github.com/vantelle/vantelle/internal/webhook"
)

// deliver makes what brings the requests of dossiers to where the configuration
// says. A request that this process takes in is brought at once, one of another
// node within seconds.
func (d *daemon) deliver() {
	d.deliveries = map[string]*outbox.Delivery{}
	wake := map[string]chan struct{}{}
	for name, dossier := range d.cfg.Dossiers {
		c := dossier.Outbox
		delivery := &outbox.Delivery{Dossier: name, Kinds: c.Kinds, Store: d.store, Log: d.log}
		switch {
		case c.Path != "":
			delivery.By, delivery.Carrier = "folder", &outbox.Folder{Path: c.Path, CSV: c.Format == "csv"}
		case c.URL != "":
			delivery.By, delivery.Carrier = "webhook", &outbox.Webhook{Target: webhook.Target{URL: c.URL, Secret: c.Secret.Reveal()}}
		default:
			continue
		}
		wake[name] = make(chan struct{}, 1)
		delivery.Wake = wake[name]
		d.deliveries[name] = delivery
	}
	d.outbox.Arrived = func(r directory.Request) {
		select {
		case wake[r.Dossier] <- struct{}{}:
		default: // nobody brings it, or he knows already
		}
	}
}
