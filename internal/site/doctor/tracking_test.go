package doctor

import (
	"testing"

	"github.com/vantelle/vantelle/internal/erp"
)

func TestWhetherChangesAreTrackedIsTold(t *testing.T) {
	remedy := "ALTER TABLE [dbo].[F_COMPTET] ENABLE CHANGE_TRACKING;"
	for name, c := range map[string]struct {
		tracking   *erp.Tracking
		not        erp.NoTracking
		consistent bool
		want       string
		remedy     bool
	}{
		"used":                {&erp.Tracking{Version: 7}, erp.NoTracking{}, true, "ok tracking.used", false},
		"not on":              {nil, erp.NoTracking{Off: true, Reason: "off", Remedy: remedy}, true, "note tracking.off", true},
		"not to be seen":      {nil, erp.NoTracking{Reason: "no right", Remedy: remedy}, true, "note tracking.unusable", true},
		"without snapshots":   {&erp.Tracking{Version: 7}, erp.NoTracking{}, false, "note tracking.unusable", true},
		"neither of the both": {nil, erp.NoTracking{Off: true, Reason: "off", Remedy: remedy}, false, "note tracking.off", true},
	} {
		f := trackingFinding(c.tracking, c.not, c.consistent)
		wantCodes(t, []Finding{f}, c.want)
		if (f.Remedy != "") != c.remedy {
			t.Errorf("%s: the remedy is %q", name, f.Remedy)
		}
	}
}
