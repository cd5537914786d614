/** What the platform has made of the load, read where it is: the topics, and the tables of both shards. */
package io.tidegate.dev.chaos.platform;
