/** Reading a file row by row: CSV (RFC 4180), columns separated by white space, or one JSON object per line. */
package io.tidegate.replay.rows;
