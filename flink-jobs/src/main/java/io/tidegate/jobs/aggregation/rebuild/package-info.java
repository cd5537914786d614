/** Windows counted anew from the raw rows, as the job would have counted them (docs/adr/0036-rebuilding-windows.md). */
package io.tidegate.jobs.aggregation.rebuild;
