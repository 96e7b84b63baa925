package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/vantelle/vantelle/internal/bench/figure"
	"github.com/vantelle/vantelle/internal/identity"
)

const (
	streamRows      = 1_000_000
	streamDocuments = streamRows + streamRows/18 // one in 19 is a draft
	// flatMB is the heap that an answer may need, whatever its length.
	flatMB = 32
)

// stream measures one long answer, over HTTP, as NDJSON and as CSV: how fast it
// comes, and how much memory it takes while it does. The client, which only
// counts lines, runs in this process and is part of that.
func stream(ctx context.Context, b *bench) (err error) {
	at, err := openPlace(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.drop()) }()
	if err := at.fill(ctx, streamDocuments, 1, 42); err != nil {
		return err
	}
	v, err := startVantelle(ctx, b.dir, at, 4)
	if err != nil {
		return err
	}
	defer v.stop()
	for _, form := range []struct{ name, accept string }{{"ndjson", "application/x-ndjson"}, {"csv", "text/csv"}} {
		short, err := streamOnce(ctx, v, form.accept, streamRows/100)
		if err != nil {
			return fmt.Errorf("%s: %w", form.name, err)
		}
		long, err := streamOnce(ctx, v, form.accept, streamRows)
		if err != nil {
			return fmt.Errorf("%s: %w", form.name, err)
		}
		name := "stream." + form.name
		if err := b.print(
			figure.Figure{Name: name + ".rows", Value: float64(long.rows) / long.took.Seconds(), Unit: "rows/s"},
			figure.Figure{Name: name + ".bytes", Value: float64(long.bytes) / 1e6 / long.took.Seconds(), Unit: "MB/s"},
			figure.Figure{Name: name + ".heap", Value: long.heap, Unit: "MB", Target: figure.Target(flatMB)},
			figure.Figure{Name: name + ".heap.hundredth", Value: short.heap, Unit: "MB"},
			figure.Figure{Name: name + ".memory", Value: long.memory, Unit: "MB"},
		); err != nil {
			return err
		}
	}
	return nil
}

// streamed is how one answer came.
type streamed struct {
	rows, bytes  int64
	took         time.Duration
	heap, memory float64 // MB at the worst moment: live and dead objects; all that was taken of the machine
}

func streamOnce(ctx context.Context, v *served, accept string, rows int64) (streamed, error) {
	body, err := json.Marshal(map[string]string{"sql": fmt.Sprintf("SELECT id, kind, ref, total, made, due, note FROM docs LIMIT %d", rows)})
	if err != nil {
		return streamed{}, err
	}
	req, err := http.NewRequestWithContext(ctx, "POST", "http://"+v.address+"/v1/dossiers/"+dossier+"/sql", bytes.NewReader(body))
	if err != nil {
		return streamed{}, err
	}
	req.Header = http.Header{"Authorization": {"Bearer " + shopKey}, identity.HeaderCustomer: {customer}, "Accept": {accept}, "Content-Type": {"application/json"}}
	runtime.GC()
	worst := watchMemory()
	begun := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		worst()
		return streamed{}, err
	}
	defer resp.Body.Close()
	var s streamed
	buf := make([]byte, 64<<10)
	for {
		n, err := resp.Body.Read(buf)
		s.bytes += int64(n)
		s.rows += int64(bytes.Count(buf[:n], []byte{'\n'}))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			worst()
			return streamed{}, err
		}
	}
	s.took = time.Since(begun)
	s.heap, s.memory = worst()
	if accept == "text/csv" {
		s.rows-- // its header
	}
	if resp.StatusCode != http.StatusOK || s.rows != rows {
		return streamed{}, fmt.Errorf("the answer was %s with %d rows, not %d", resp.Status, s.rows, rows)
	}
	return s, nil
}

// watchMemory looks at this process's memory until the function it gives is
// called, which tells the most there was, in MB.
func watchMemory() (worst func() (heap, memory float64)) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	var heap, memory uint64
	samples := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	look := func() {
		metrics.Read(samples)
		heap = max(heap, samples[0].Value.Uint64())
		memory = max(memory, samples[1].Value.Uint64()-samples[2].Value.Uint64())
	}
	go func() {
		defer close(stopped)
		often := time.NewTicker(5 * time.Millisecond)
		defer often.Stop()
		for {
			look()
			select {
			case <-often.C:
			case <-stop:
				return
			}
		}
	}()
	return func() (float64, float64) {
		close(stop)
		<-stopped
		look()
		return float64(heap) / 1e6, float64(memory) / 1e6
	}
}
