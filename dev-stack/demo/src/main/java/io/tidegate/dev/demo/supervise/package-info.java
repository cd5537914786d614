/**
 * Child processes: started, watched until ready, started again when they die, stopped in reverse order. Knows nothing about
 * what the children do.
 */
package io.tidegate.dev.demo.supervise;
