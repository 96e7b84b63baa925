package erpsource

import (
	"context"
	"errors"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// TestTablesWithoutTransactionsAreConfirmed: MariaDB's MyISAM shows a change in
// the middle of a read; InnoDB does not.
func TestTablesWithoutTransactionsAreConfirmed(t *testing.T) {
	for engine, meets := range map[string]bool{"MyISAM": true, "InnoDB": false} {
		t.Run(engine, func(t *testing.T) {
			dsn, raw := erpshape.MariaDB(t)
			if _, err := raw.Exec(`CREATE TABLE P_DOSSIER (D_RaisonSoc varchar(35)) ENGINE = InnoDB;
				CREATE TABLE F_COMPTET (CT_Num varchar(17), CT_Intitule varchar(35), CT_Type smallint) ENGINE = ` + engine + `;
				CREATE TABLE F_CONTACTT (CT_Num varchar(17), CT_No int, CT_Nom varchar(35)) ENGINE = InnoDB;
				INSERT INTO F_COMPTET VALUES ('A', 'Un', 0), ('B', 'Deux', 0), ('C', 'Trois', 0)`); err != nil {
				t.Fatal(err)
			}
			snap := openSnapshot(t, Sage100, openERP(t, catalog.MariaDB, dsn, nil), Options{})
			if _, problems := collect(t, snap.Customers(context.Background())); problems != nil {
				t.Errorf("a read that nothing disturbs: %q", problems)
			}
			read, failed := 0, error(nil)
			for _, err := range snap.Customers(context.Background()) {
				if failed = err; err != nil {
					break
				}
				if read++; read == 1 {
					if _, err := raw.Exec(`INSERT INTO F_COMPTET VALUES ('D', 'Quatre', 0)`); err != nil {
						t.Fatal(err)
					}
				}
			}
			if met := errors.Is(failed, erp.ErrChangedMeanwhile); met != meets {
				t.Errorf("after %d records: %v", read, failed)
			}
			if meets && (erp.Classify(failed) != erp.Transient || erp.Hint(failed) == "") {
				t.Errorf("%v is %v", failed, erp.Classify(failed))
			}
			var p *directory.Problem
			if errors.As(failed, &p) {
				t.Error("a change meanwhile passes for a problem of one record")
			}
		})
	}
}
