package doctor

import (
	"context"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// checkTracking tells whether the synchronisation can go by SQL Server's Change
// Tracking, and what switches it on. Without it change markers do.
func checkTracking(ctx context.Context, d Dossier, cat *catalog.Catalog) []Finding {
	tables := erpsource.TrackedTables(d.Config.ERP, cat)
	if len(tables) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.DB.SyncStatementTimeout())
	defer cancel()
	tracking, not, consistent, err := d.DB.TrackingNow(ctx, tables)
	if err != nil {
		return unknown("tracking.unknown", "whether the server tracks changes", err)
	}
	return []Finding{trackingFinding(tracking, not, consistent)}
}

func trackingFinding(tracking *erp.Tracking, not erp.NoTracking, consistent bool) Finding {
	const byMarkers = "the synchronisation goes by change markers alone: "
	switch {
	case tracking == nil && not.Off:
		return found(Note, "tracking.off", not.Remedy, byMarkers+"%s", not.Reason)
	case tracking == nil:
		return found(Note, "tracking.unusable", not.Remedy, byMarkers+"%s", not.Reason)
	case !consistent:
		return found(Note, "tracking.unusable", "Ask who looks after the ERP whether ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON may be run on its database.",
			byMarkers+"changes are tracked, and the database allows no snapshots to read them in")
	}
	return fine("tracking.used", "the synchronisation goes by Change Tracking too, which is at version %d", tracking.Version)
}
