"""Names of query fields and columns, held against a table worked out from the rules and the source's own examples."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.model.names import camel_case, plural_field, pluralize, singular_field, snake_case

# type, singular field, plural field
TABLE = """
User user users
UserProfile userProfile userProfiles
Category category categories
Address address addresses
Box box boxes
Class class classes
Status status statuses
Analysis analysis analyses
Thesis thesis theses
Index index indexes
Leaf leaf leaves
Data data datas
Person person persons
People people peoples
Child child childs
Grandchild grandchild grandchildren
Key key keys
Day day days
Media media medias
Hero hero heros
Quiz quiz quizs
Appendix appendix appendixes
Criteria criteria criterias
ERC20Token erc20Token erc20Tokens
My_Type myType myTypes
Post2Tag post2Tag post2Tags
Stats stats stats_collection
News news news_collection
Series series series_collection
Metadata metadata metadata_collection
Docs docs docs_collection
Boxes boxes boxes_collection
Lens lens lens_collection
Canvas canvas canvas_collection
Alias alias alias_collection
Axis axis axis_collection
Gas gas gas_collection
SongPlays songPlays songPlays_collection
NFTToken nfttoken nfttokens
APIKey apikey apikeys
HTMLPage htmlpage htmlpages
JSONDoc jsondoc jsondocs
EBook ebook ebooks
UserID userID userIDs
DocURL docURL docURLs
MyAPI myAPI myAPIs
User2 user2 user2S
Tag2 tag2 tag2S
IPv4 ipv4 ipv4S
Salesperson salesperson salespersonople
Blouse blouse blouseice
Money money monies
Police police policeice
Mouse mouse mouses
FieldMouse fieldMouse fieldMouses
Company company companies
Posting posting postings
Skill skill skills
Location location locations
Salary salary salaries
Country country countries
City city cities
Boy boy boys
Survey survey surveys
Journey journey journeys
Honey honey honies
Colloquy colloquy colloquies
Church church churches
Dish dish dishes
Buzz buzz buzzes
Fox fox foxes
Process process processes
Matches matches matches_collection
Suffix suffix suffixes
Vertex vertex vertexes
SubIndex subIndex subIndexes
CoreMatrix coreMatrix coreMatrixes
Half half halves
Shelf shelf shelves
Wolf wolf wolves
Knife knife knifes
Housewife housewife housewives
Loaf loaf loaves
Roof roof roofs
Basis basis bases
Crisis crisis crises
Oasis oasis oases
PhotoSynthesis photoSynthesis photoSyntheses
Potato potato potatoes
Tomato tomato tomatoes
Photo photo photos
Echo echo echos
BigHero bigHero bigHeros
Cactus cactus cactuses
Octopus octopus octopuses
SeaOctopus seaOctopus seaOctopuses
Virus virus viruses
Radius radius radiuses
Campus campus campuses
Bonus bonus bonuses
Menu menu menus
Menus menus menus_collection
Atlas atlas atlases
Iris iris irises
Japanese japanese japanese_collection
Chinese chinese chinese_collection
Axes axes axes_collection
CrossAxis crossAxis crossAxis_collection
Test test tests
Species species species_collection
Software software softwares
TimeSeries timeSeries timeSeries_collection
Information information informations
Bus bus buses
Octopi octopi octopis
Datum datum datums
MetaDatum metaDatum metaDatums
Stratum stratum stratums
Forum forum forums
Album album albums
Criterion criterion criterions
SubCriterion subCriterion subCriterions
Automaton automaton automatons
Alga alga algas
Vertebra vertebra vertebras
Alumnus alumnus alumnuses
Bureaux bureaux bureaux_collection
Seraph seraph seraphs
DarkSeraph darkSeraph darkSeraphs
Christmas christmas christmas_collection
Bias bias bias_collection
Pancreas pancreas pancreas_collection
Tbill tbill tbills
_Hidden hidden hiddens
Trailing_ trailing trailingS
A a as
B2B b2B b2Bs
X509Cert x509Cert x509Certs
a_b_c aBC aBCs
lowercase lowercase lowercases
mixedCase mixedCase mixedCases
SCREAMING_NAME screamingName screamingNames
Proposal proposal proposals
Vote vote votes
Delegate delegate delegates
Epoch epoch epoches
Subgraph subgraph subgraphs
Indexer indexer indexers
GraphAccount graphAccount graphAccounts
Tax tax taxes
Wish wish wishes
Sheriff sheriff sheriffs
Ox ox oxes
Child2 child2 child2S
TokenDayData tokenDayData tokenDayDatas
LiquidityPool liquidityPool liquidityPools
DexAmmProtocol dexAmmProtocol dexAmmProtocols
OrderBy orderBy orderBies
Equity equity equities
Quay quay quays
Guy guy guys
Yes yes yes_collection
news news news_collection
series series series_collection
ox ox oxen
quiz quiz quizzes
man man men
"""
ROWS = [tuple(line.split()) for line in TABLE.split("\n") if line]

COLUMNS = {
    "userID": "user_id",
    "HTMLPage": "html_page",
    "ERC20Token": "erc20_token",
    "createdAt": "created_at",
    "my_Field": "my_field",
    "already_snake": "already_snake",
    "tokenIDs": "token_ids",
    "URLs": "urls",
    "isHTMLSafe": "is_html_safe",
    "userIDSet": "user_id_set",
    "x": "x",
    "X": "x",
    "_hidden": "_hidden",
    "trailing_": "trailing_",
    "amount0In": "amount0_in",
    "IPv4": "i_pv4",
}

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)


@pytest.mark.parametrize(("type_name", "singular", "plural"), ROWS, ids=[row[0] for row in ROWS])
def test_a_type_has_the_query_fields_that_graph_node_gives_it(type_name: str, singular: str, plural: str) -> None:
    assert (singular_field(type_name), plural_field(type_name)) == (singular, plural)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len({row[0] for row in ROWS}) >= 100


@pytest.mark.parametrize(
    ("name", "plural"),
    [
        ("salesperson", "salespersonople"),
        ("salespeople", "salespeopleople"),
        ("blouse", "blouseice"),
        ("dormouse", "dormouseice"),
        ("grandchildren", "grandchildren"),
        ("codex", "codices"),
        ("subindex", "subindices"),
        ("boxes", "boxes"),
        ("soliloquy", "soliloquies"),
        ("alimoney", "alimonies"),
        ("valley", "valleys"),
        ("volleys", "volleys"),
        ("hoof", "hooves"),
        ("wife", "wives"),
        ("phenomenon", "phenomena"),
        ("metadata", "metadata"),
        ("forumquorum", "forumquora"),
        ("superhero", "superheroes"),
        ("cherubim", "cherubim"),
        ("vertebrae", "vertebrae"),
        ("cactus", "cacti"),
        ("atlas", "atlases"),
        ("testis", "testes"),
        ("portuguese", "portugueses"),
        ("lebanese", "lebanese"),
        ("oxen", "oxens"),
        ("software", "software"),
    ],
)
def test_lower_case_names_reach_the_rules_that_were_made_for_them(name: str, plural: str) -> None:
    assert pluralize(name) == plural


@pytest.mark.parametrize(("field", "column"), COLUMNS.items())
def test_a_field_has_a_snake_case_column(field: str, column: str) -> None:
    assert snake_case(field) == column


@given(names)
@settings(max_examples=60)
def test_snake_case_of_snake_case_changes_nothing(name: str) -> None:
    once = snake_case(name)
    assert snake_case(once) == once
    assert once == once.lower()


@given(names)
@settings(max_examples=60)
def test_the_two_query_fields_of_a_type_never_have_one_name(name: str) -> None:
    assert singular_field(name) != plural_field(name)


@given(names)
@settings(max_examples=60)
def test_camel_case_has_no_underscore_and_loses_no_letter(name: str) -> None:
    assert camel_case(name).lower() == name.replace("_", "").lower()
