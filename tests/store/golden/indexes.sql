create index if not exists "post$by_$document" on "docgraph_d7"."post" using "btree" ("$document");

create index if not exists "post$by_author_id" on "docgraph_d7"."post" using "btree" ("author", "id");

create index if not exists "post$by_tags" on "docgraph_d7"."post" using "gin" ("tags");

create index if not exists "post$by_title_price_id" on "docgraph_d7"."post" using "btree" ("title", "price", "id");

create index if not exists "post$by_find_post$search" on "docgraph_d7"."post" using "gin" ("find_post$search");

create index if not exists "post$by_$until" on "docgraph_d7"."post$history" ("$until");

create index if not exists "person$by_$document" on "docgraph_d7"."person" using "btree" ("$document");

create index if not exists "person$by_$until" on "docgraph_d7"."person$history" ("$until");

create index if not exists "robot$by_$document" on "docgraph_d7"."robot" using "btree" ("$document");

create index if not exists "robot$by_$until" on "docgraph_d7"."robot$history" ("$until");

create index if not exists "tag$by_$document" on "docgraph_d7"."tag" using "btree" ("$document");

create index if not exists "tag$by_$until" on "docgraph_d7"."tag$history" ("$until");

create index if not exists "blob$by_$document" on "docgraph_d7"."blob" using "btree" ("$document");

create index if not exists "blob$by_tag_id" on "docgraph_d7"."blob" using "btree" ("tag", "id");

create index if not exists "blob$by_$until" on "docgraph_d7"."blob$history" ("$until");

create index if not exists "everything$by_$document" on "docgraph_d7"."everything" using "btree" ("$document");

create index if not exists "everything$by_$until" on "docgraph_d7"."everything$history" ("$until");
