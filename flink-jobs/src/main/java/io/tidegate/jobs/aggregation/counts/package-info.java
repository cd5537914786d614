/** Events and distinct users per minute and type. */
package io.tidegate.jobs.aggregation.counts;
