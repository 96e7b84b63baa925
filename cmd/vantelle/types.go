package main

import (
	"fmt"
	"io"
	"os"

	"github.com/vantelle/vantelle/internal/typegen"
)

type typesCmd struct {
	Lang string `help:"The language: ts, php or csharp." enum:"ts,php,csharp" required:"" placeholder:"LANG"`
	File string `arg:"" help:"The description, as GET /v1/dossiers/{dossier}/openapi.json gave it; - for the standard input."`
}

// Run prints the types.
func (c *typesCmd) Run(w *world) error {
	var document []byte
	var err error
	switch {
	case c.File != "-":
		document, err = os.ReadFile(c.File)
	case w.stdin == nil:
		return fmt.Errorf("there is no standard input: name a file")
	default:
		document, err = io.ReadAll(w.stdin)
	}
	if err != nil {
		return fmt.Errorf("read the description: %w", err)
	}
	text, err := typegen.Generate(document, c.Lang)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w.stdout, text)
	return err
}
