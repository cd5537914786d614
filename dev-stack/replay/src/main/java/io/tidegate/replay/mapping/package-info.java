/**
 * What a row of a file means as events, described in YAML so that a new file needs no code.
 *
 * <pre>{@code
 * format:                    # one of
 *   type: csv                #   csv: RFC 4180
 *   header: true             #     the first record names the columns (default); false: 'columns' does
 *   delimiter: ","           #     default ,
 *   quote: '"'               #     default "
 *                            #   whitespace: with 'columns: [a, b]'
 *                            #   ndjson: columns are the members; of nested objects 'outer.inner'
 * charset: UTF-8             # default
 * missing: [NA]              # texts that mean "no value"; the empty text always does
 * time:
 *   column: PlayDate         # every row must have it
 *   format: iso-8601         # iso-8601, epoch-seconds (may have a fraction) or epoch-millis
 *   zone: UTC                # only for ISO times without an offset
 * sort: time                 # none (default): as in the file, read as a stream
 *                            # time: by event time, equal times as in the file; holds the file in memory
 * events:                    # one or more per row
 *   - type: bet              # a type of the contract, or a template
 *     when: Bet > 0 and CashedOut is present          # optional, see Condition
 *     offset: 1s             # added to the row's time: ms, s, m, h
 *     fields:                # the contract's names; userId is required, occurredAt comes from 'time'
 *       userId: "{Username}" # a template: text with {column}; {{ and }} are braces
 *       payout: "= round(Bet * CashedOut, 4)"         # an exact decimal expression, see DecimalExpression
 *     attributes:            # free names
 *       source: bustabit     # a constant
 * }</pre>
 *
 * <p>A field whose template or expression uses a column that is missing in the row is left out of the event. Unknown keys,
 * unknown columns and fields that a type doesn't have are refused with file, line, column and path.
 */
package io.tidegate.replay.mapping;
