/**
 * The rules API: list, read, change and reset the detection rules while the jobs run, with every change on record.
 *
 * <p>Topic {@code rules} is the truth. Every gateway reads it into a {@link io.tidegate.serving.rules.RuleTable}; changes go through
 * {@link io.tidegate.serving.rules.RuleLog}, which lets one at a time through over all gateways. docs/adr/0013 says why.
 */
package io.tidegate.serving.rules;
