package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// healthCmd lets an image without a shell check itself.
type healthCmd struct {
	URL     string        `help:"What to ask." default:"http://127.0.0.1:8643/readyz"`
	Timeout time.Duration `help:"How long to wait for the answer." default:"3s"`
}

// Run succeeds when the answer is 200.
func (c *healthCmd) Run(w *world) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return fmt.Errorf("read --url: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the service: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("read the service's answer: %w", err)
	}
	fmt.Fprintln(w.stdout, strings.TrimSpace(string(body)))
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the service answered %s", res.Status)
	}
	return nil
}
