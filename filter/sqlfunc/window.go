package sqlfunc

import "github.com/vantelle/vantelle/internal/erp/catalog"

var windowFuncs = []*Func{
	{Name: "ROW_NUMBER", Class: Window, Result: fixed(int64T), Doc: "the row's number in its window"},
	{Name: "RANK", Class: Window, Result: fixed(int64T), Doc: "the row's rank, with gaps"},
	{Name: "DENSE_RANK", Class: Window, Result: fixed(int64T), Doc: "the row's rank, without gaps"},
	{Name: "PERCENT_RANK", Class: Window, Result: fixed(float), Doc: "the row's rank from 0 to 1, a float"},
	{Name: "CUME_DIST", Class: Window, Result: fixed(float), Doc: "which part of the window's rows come no later, a float from 0 to 1"},
	{Name: "NTILE", Class: Window, Args: []ArgKind{Count}, Counts: map[int]Range{0: {1, 10000}}, Result: fixed(int64T), Doc: "the number of the row's part where the window is cut into so many parts", Example: "NTILE(4)"},
	{Name: "LAG", Class: Window, Args: []ArgKind{Any, Count}, Optional: 1, Result: first, Doc: "the value in the row so many before, one without the second argument; NULL where there is none"},
	{Name: "LEAD", Class: Window, Args: []ArgKind{Any, Count}, Optional: 1, Result: first, Doc: "the value in the row so many after, one without the second argument; NULL where there is none"},
	{Name: "FIRST_VALUE", Class: Window, Args: []ArgKind{Any}, Result: first, Frame: true, Doc: "the value in the first row of the frame"},
	{Name: "LAST_VALUE", Class: Window, Args: []ArgKind{Any}, Result: first, Frame: true, Doc: "the value in the last row of the frame, which without a frame is the current row and its equals"},
	{Name: "NTH_VALUE", Class: Window, Args: []ArgKind{Any, Count}, Counts: map[int]Range{1: {1, 10000}}, Result: first, Frame: true,
		Refused: map[catalog.Engine]string{catalog.SQLServer: "number the rows in a derived table"}, Doc: "the value in the frame's row of that number", Example: "NTH_VALUE(total, 2)"},
}
