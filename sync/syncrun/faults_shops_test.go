package syncrun

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/faultsql"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// faultKind is how a call to the ERP fails.
type faultKind string

const (
	faultPermanent faultKind = "an error"
	faultTransient faultKind = "an error that passes"
	faultCut       faultKind = "the connection is cut" // and nothing is answered until there is another
	faultLost      faultKind = "the connection is found dead"
	faultHang      faultKind = "no answer until the run is cancelled"
)

var faultKinds = []faultKind{faultPermanent, faultTransient, faultCut, faultLost, faultHang}

var errFault = errors.New("the disk of the ERP is broken")

// site is one call of a kind of run: the nth one of its label, on one side.
type site struct {
	full bool // of a run that reads everything
	call faultsql.Call
	nth  int
}

// saboteur makes calls to the ERP fail.
type saboteur struct {
	mu   sync.Mutex
	seen map[faultsql.Call]int
	fail site // with nth 0 nothing fails
	kind faultKind
	met  bool
	cut  bool
	// gaveUp ends with the run; hangs is told that somebody waits for it.
	gaveUp context.Context
	hangs  chan struct{}
}

func (s *saboteur) arm(fail site, kind faultKind, run context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen, s.fail, s.kind, s.met, s.cut = map[faultsql.Call]int{}, fail, kind, false, false
	s.gaveUp, s.hangs = run, make(chan struct{}, 1)
}

func (s *saboteur) hook(c faultsql.Call) error {
	s.mu.Lock()
	if s.cut {
		defer s.mu.Unlock()
		if c.Label == "connect" && c.When == faultsql.Before {
			s.cut = false
			return nil
		}
		return driver.ErrBadConn
	}
	if s.seen == nil {
		s.seen = map[faultsql.Call]int{}
	}
	s.seen[c]++
	if s.fail.nth == 0 || c != s.fail.call || s.seen[c] != s.fail.nth {
		s.mu.Unlock()
		return nil
	}
	s.met = true
	kind, gaveUp, hangs := s.kind, s.gaveUp, s.hangs
	s.cut = kind == faultCut
	s.mu.Unlock()
	switch kind {
	case faultTransient:
		return fmt.Errorf("%w (a fault)", erp.ErrChangedMeanwhile)
	case faultCut:
		return io.ErrUnexpectedEOF
	case faultLost:
		return driver.ErrBadConn
	case faultHang:
		hangs <- struct{}{}
		<-gaveUp.Done()
		return gaveUp.Err()
	}
	return errFault
}

// shop is an ERP that people edit at random, a customer's name and a contact's
// name at a time, with markers that tell of it.
type shop struct {
	erp    string
	lives  catalog.Engine // where sites have it
	script string
	tables []string                       // that the runs read
	put    func(id, version int) []string // a customer, with a contact
	drop   func(id int) []string
	rename func(id, version int) string
}

// shops take ids from 1 to 12.
var shops = map[string]shop{
	erpsource.Sage100: {
		script: sageLife + `
			CREATE TABLE F_COLLABORATEUR (CO_No int, CO_Prenom varchar(35), CO_Nom varchar(35));
			CREATE TABLE P_STATISTIQUE (cbIndice int, S_Intitule varchar(35));
			CREATE TABLE P_CATTARIF (cbIndice int, CT_Intitule varchar(35));
			CREATE TABLE F_FAMCLIENT (CT_Num varchar(17), FA_CodeFamille varchar(11));
			CREATE TABLE F_LIVRAISON (CT_Num varchar(17), LI_No int, LI_Intitule varchar(35));
			INSERT INTO F_COLLABORATEUR VALUES (1, 'Zoe', 'Martin');
			INSERT INTO P_STATISTIQUE VALUES (1, 'Zone');
			INSERT INTO P_CATTARIF VALUES (1, 'Gros');
			INSERT INTO F_FAMCLIENT VALUES ('ALPHA', 'F1');
			INSERT INTO F_LIVRAISON VALUES ('ALPHA', 1, 'Depot');`, lives: catalog.SQLServer,
		tables: []string{"F_COMPTET", "F_CONTACTT", "P_DOSSIER", "F_COLLABORATEUR", "P_STATISTIQUE", "P_CATTARIF", "F_FAMCLIENT", "F_LIVRAISON"},
		put: func(id, v int) []string {
			return []string{
				fmt.Sprintf(`INSERT INTO F_COMPTET VALUES (%d, 'C%02d', 'Name %d', 0, '%d', NULL)`, id+100, id, v, id),
				fmt.Sprintf(`INSERT INTO F_CONTACTT VALUES ('C%02d', %d, 'Person %d', NULL)`, id, id+100, v)}
		},
		drop: func(id int) []string {
			return []string{fmt.Sprintf(`DELETE FROM F_COMPTET WHERE CT_Num = 'C%02d'`, id), fmt.Sprintf(`DELETE FROM F_CONTACTT WHERE CT_Num = 'C%02d'`, id)}
		},
		rename: func(id, v int) string {
			return fmt.Sprintf(`UPDATE F_COMPTET SET CT_Intitule = 'Name %d', cbModification = NULL WHERE CT_Num = 'C%02d'`, v, id)
		},
	},
	erpsource.Dolibarr: {
		script: dolibarrLife + `
			CREATE TABLE llx_societe_commerciaux (fk_soc int, fk_user int);
			CREATE TABLE llx_user (rowid int, firstname varchar(50), lastname varchar(50), login varchar(50));
			CREATE TABLE llx_categorie (rowid int, label varchar(80));
			CREATE TABLE llx_categorie_societe (fk_soc int, fk_categorie int);
			CREATE TABLE llx_societe_account (fk_soc int, login varchar(80), site varchar(80), status int);
			CREATE TABLE llx_c_country (rowid int, code varchar(2));
			CREATE TABLE llx_const (name varchar(80), value varchar(80), entity int);
			INSERT INTO llx_societe_commerciaux VALUES (1, 1);
			INSERT INTO llx_user VALUES (1, 'Zoe', 'Martin', 'zoe');
			INSERT INTO llx_categorie VALUES (1, 'Or');
			INSERT INTO llx_categorie_societe VALUES (1, 1);
			INSERT INTO llx_societe_account VALUES (1, 'alpha', 'dolibarr_portal', 1);
			INSERT INTO llx_c_country VALUES (1, 'FR');
			INSERT INTO llx_const VALUES ('MAIN_INFO_SOCIETE_NOM', 'Us', 1);`, lives: catalog.MariaDB,
		tables: []string{"llx_societe", "llx_socpeople", "llx_societe_commerciaux", "llx_categorie_societe", "llx_societe_account", "llx_c_country", "llx_const"},
		put: func(id, v int) []string {
			return []string{
				fmt.Sprintf(`INSERT INTO llx_societe VALUES (%d, 'Name %d', 'C%02d', '%d', 1, 1, NULL)`, id+100, v, id, id),
				fmt.Sprintf(`INSERT INTO llx_socpeople VALUES (%d, %d, 1, 'Person %d', NULL)`, id+200, id+100, v)}
		},
		drop: func(id int) []string {
			return []string{fmt.Sprintf(`DELETE FROM llx_societe WHERE rowid = %d`, id+100), fmt.Sprintf(`DELETE FROM llx_socpeople WHERE fk_soc = %d`, id+100)}
		},
		rename: func(id, v int) string {
			return fmt.Sprintf(`UPDATE llx_societe SET nom = 'Name %d', tms = NULL WHERE rowid = %d`, v, id+100)
		},
	},
	erpsource.Odoo: {
		script: odooLife + `
			CREATE TABLE res_users (id int, partner_id int);
			CREATE TABLE res_country (id int, code varchar(2));
			CREATE TABLE res_partner_category (id int, name varchar(80), active boolean);
			CREATE TABLE res_partner_res_partner_category_rel (partner_id int, category_id int);
			CREATE TABLE ir_config_parameter (key varchar(80), value varchar(80));
			CREATE TABLE res_company (id int, name varchar(80), partner_id int);
			INSERT INTO res_users VALUES (1, 3);
			INSERT INTO res_country VALUES (1, 'FR');
			INSERT INTO res_partner_category VALUES (1, 'Or', TRUE);
			INSERT INTO res_partner_res_partner_category_rel VALUES (1, 1);
			INSERT INTO ir_config_parameter VALUES ('database.uuid', 'f00');
			INSERT INTO res_company VALUES (1, 'Us', 3);`, lives: catalog.Postgres,
		tables: []string{"res_partner", "res_users", "res_country", "res_partner_category", "res_partner_res_partner_category_rel", "ir_config_parameter", "res_company"},
		put: func(id, v int) []string {
			return []string{
				fmt.Sprintf(`INSERT INTO res_partner VALUES (%d, 'Name %d', NULL, %d, 1, TRUE, 'FR%d', NULL)`, id+100, v, id+100, id),
				fmt.Sprintf(`INSERT INTO res_partner VALUES (%d, 'Person %d', %d, %d, 0, FALSE, NULL, NULL)`, id+200, v, id+100, id+100)}
		},
		drop: func(id int) []string {
			return []string{fmt.Sprintf(`DELETE FROM res_partner WHERE id = %d OR id = %d`, id+100, id+200)}
		},
		rename: func(id, v int) string {
			return fmt.Sprintf(`UPDATE res_partner SET name = 'Name %d', write_date = NULL WHERE id = %d`, v, id+100)
		},
	},
}
