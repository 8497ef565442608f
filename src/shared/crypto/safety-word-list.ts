// 2048 words, eleven bits each, chosen for this: common, four to eight letters, none that sounds like another one, no two within one
// slip (a letter changed, added, left out, or two swapped) of each other. In alphabetical order; the order is part of the protocol.
const WORDS = `
abacus abbey ability absent abstract acacia academy accent account achieve acorn acrobat action actor adapter address
adobe adult advance advice aerial aerosol affair again agent agile aging agree airport airship alarm album alchemy
alcove alder algae algebra alibi alien alloy almanac almond alpaca alphabet alpine already alto aluminum amateur amber
amethyst amigo amulet analyst anchor ancient android anemone angle animal anise annex answer antenna anthem antique
antler anvil anything apart apology appetite apple apricot apron aquatic arcade archer arctic arena argue armor aroma
arrange artist ashtray aside aspect asphalt assembly aster athlete atlas atom attic attorney auburn audience august
author autumn avenue aviator avid avocado awake award awning axiom azalea azure baboon bachelor backbone badger bagel
baggage bakery balance balcony ballad balsa bamboo banana bandage banjo banner banquet barbell bargain baritone barley
baron barrel basalt baseball basil basket bassoon bathtub battery bayou beacon beagle beanbag beaver bedrock beehive
beetle beige belfry bellow bench benefit beverage bicycle bifocal bigfoot billiard binary bingo birch birthday biscuit
bison bistro blanket blazer blender blimp blizzard blossom blouse blubber bluejay bobbin bobcat bobsled bodega bolster
bonfire bonnet bonus bookcase boomer border botany bottle bouquet boutique bowling bowtie boxcar bracket braid bramble
bravo breeze brewery brick bridge brigade brisket brittle broccoli bronze brook brother brownie brush bubble bucket
budget buffet bugle builder bulldog bumper bundle bungalow bunny bureau burlap burrito bushel bustle butler button
buzzer cabbage cabin cable cactus cadet caftan calcium calendar calico calypso camera campus canary candid canister
canopy cantata canyon capsule captain caramel carbon cardinal career cargo caribou carnival carousel carpet carrot
cartoon cascade cashew castle casual catalog catfish cauldron caution cavern caviar cedar celery celsius cement census
centaur ceramic certain chalet chamber chapel chariot cheddar cheese chemist cherry chestnut chicken chiffon chimney
chipmunk chisel chive chlorine choice chorus chowder chrome chuckle cicada cinder cinema cinnamon circle citadel
citizen citrus civic clarinet classic clatter clay clever cliff climate clinic cloak cloud cluster coach coastal
cobalt cobbler cobra cockpit cocoa coffee collar colony column comet comfort common compact concert condor confirm
conifer contest convoy cookie copilot copper coral cordial corner corset cosine cosmic costume cotton cougar country
courage cousin cover cowboy coyote crab cracker cradle crafty crane crater crayon cream credit crescent crew cricket
crimson crisp crocus croquet crossbow crouton crown cruiser crystal cube cucumber cuisine culture cupboard cupcake
cupola curator curfew curve cushion custom cycle cylinder cypress daffodil dairy dancer dapper daring darkroom dart
daughter dawn daybreak daylight dazzle debate decade decent decimal deckhand decoy defend delegate delight delta denim
dentist depart depot deputy derby derive design desk desktop destiny detail detour device diagram dialect diamond
dictate diesel diet differ digital dignity dilemma dill dimple dine dinghy dinner dinosaur diploma direct disco
disguise dish dispatch distant ditto divan dividend dizzy docile dock doctor dogwood doily dolphin domain dome domino
donkey doorway dormant dossier double doughnut dozen dragon drain drama drapery drawer dredge dress drift drink driver
drizzle drum drummer dryer duchess duckling duffel dugout dungeon duplex durable dusty dynamo eager earache earring
earth easel eastern easy echo eclair eclipse ecology economy edible editor effort eggnog eggplant eighty elastic elbow
election elegant element elephant eleven elixir elkhorn embark emblem emerald emotion emperor empire employ empty
enamel endless energy engine engrave enigma enjoy enough entry envelope epic episode equal escape escort espresso
essay estate eternal ether ethics evening every evident evolve exact exam example exhibit exile exit exotic expand
expert explore express extra eyebrow fabric facade face factory faith falafel falcon fallow family famous fantasy
farmer fashion father faucet fauna feast february federal feline fence fender fennel ferment fern festival fetch fiber
fiddle field fiesta fifteen figment filbert film filter finale finch finger finish fire firefly first fiscal fishnet
fixture fjord flag flamingo flannel flare flask flavor fleece flicker flight flint flock flood floral fluent fluid
flurry flute foam focus foghorn foil fold folder foliage fondue foot forest forge fork formula fortress forum fossil
fountain fourteen foxglove fractal fragile frame frank freckle free freedom freight fresco friday friend frigate
frisbee frog front frosty frozen frugal fruit fudge fuel fund furnace furrow fuse fusion future fuzzy gadget galaxy
gallon gambit gamma garage garb garden gargoyle garlic garment garnet gateway gauge gazebo gear gecko general genius
genre gentle genuine geode geology gerbil geyser giant gibbon giddy gift giggle giraffe give glacier glad glamour
glass glaze gleam glider glimmer glitter global glory glossary glove glucose glue gnome goal goblet golden golfer
gondola gong good gopher gossip gourmet governor gown graceful graduate grammar grand grape gravel grazing green grid
griddle griffin grizzly grocery groom grotto group gruff grumble guard guava guess guide guild guitar gulf gumdrop
gush gymnast habitat haddock haiku hallway halo halter hamlet hammer hamster hand happy harbor hardware harmony harp
harvest hash hatch hawk hawthorn haze head heather heavy hedge heirloom helium hello helmet helper hemlock herald herb
herbal heritage hermit heroic herring hexagon hiccup hickory hidden high hike hiking hilltop hinge hippo history hobby
hockey hoist holiday hollow homage homework honest hoodie hoof hope hopeful horizon hornet hotel howl hubcap huddle
hull human humble humor hundred hungry hunter hurry husky hyacinth hybrid hydrant hyena iceberg icicle icon ideal
idiom igloo iguana image immense impact import improve impulse incense income index indoor infant infinite inkwell
inland inlet input insect inside inspire instant intact invent invite invoice iodine iris irony item ivory jackal jade
jaguar janitor january jargon jasmine jasper javelin jawbone jazz jealous jeep jersey jester jewel jigsaw jingle
jogger join joker jolly jolt journal joust joyful jubilee juggle juice jukebox july jumbo jump junction june junior
jupiter justice kangaroo karate kayak keen keepsake kelp ketchup kettle keyboard keyhole kick kiln kilogram kimono
kind kindle kingdom kiosk kitchen kitten kiwi knapsack knee kneecap knitting knob knuckle koala kosher krypton label
labor lacrosse ladder ladle lagoon lake lamb lambda lantern lapis laptop larch large lark lasagna laser lasso last
latitude lattice laugh laundry laurel lavender lawyer leader leaf leaflet league learn lecture leeway legacy legend
legume leisure lemming lemon lend length lentil leopard letter level liberty library license lichen life likely lilac
lily limber limit linden lineage link linseed lion liquid litmus lizard llama load lobe lobster local locket locust
lodge loft logic lollipop loom lottery lotus lounge lowland lucid lucky luggage lukewarm lullaby lunar luncheon lupine
lure luxury lyric macaroni machine mackerel magenta magic magma magnet magpie mahogany maiden mailbox majestic major
mallard malt mammoth manager mandarin mango mansion mantra manual maple marathon marble mare margin marina market
maroon marquis marvel mascot mask massage matador matrix matter maximum meadow meal measure mechanic medium melody
member memory menthol menu mercury merge meridian mermaid mesa meteor method metric midday midnight migrate mildew
milk milkman miller mime mimic mineral minimum minnow minstrel mint minute mirage mirror mischief mistake modest
module mohair moisture molasses mole moment monarch monday monsoon month monument mortar mosaic mosquito moss mother
motor mouse movie mudslide muffin mulberry multiply museum mushroom music must mustang mute mutual myriad mystery myth
nachos name napkin narrow narwhal nation nature nautical navigate navy neat nebula neck nectar needle negative
neighbor nephew neptune network neutron never newborn newton nickel niece nimble nineteen nitrogen noble nocturne node
noise nomad noodle noon normal north nostril notebook nothing nougat nova novel novice nowhere nozzle nucleus nugget
number nurse nutmeg nylon nymph oasis oath oatmeal obelisk object oblong oboe observe obstacle occasion ocean octagon
october odyssey office often okra olive olympic omega omelet onion online onward onyx opal opera opinion option oracle
orange orbit orchid oregano organ origin oriole ornament osprey ostrich otter ounce outback outdoor outfit outlaw
outpost outside oven overcoat owner oxford oxygen oyster ozone pacific pack package paddle padlock page pagoda painter
pajama palace palm pamphlet pancake panda panel panorama pansy panther papaya paper paprika parade parcel parent parka
parlor parsley partner pass pastel patio patriot pattern pavilion payment peach peanut pearl pebble pecan pedestal
pelican pencil pendant penguin penny pension people pepper perfect perhaps period person petite petunia phantom
pharmacy pheasant phoenix phone photo phrase piano piccolo pickle picnic picture pigeon pile pilgrim pillar pilot
pinball pinto pioneer pirate pitch pizza placid plan planet plasma plateau playful plaza plenty plow plug plumber
plunge plural poem poetry police polka pollen polo polygon pond pontoon popcorn poplar poppy porridge port portal pose
position possible postcard potato pouch powder praise precious predict prefix premium present pretzel price primary
print prism private problem process produce profile program promise pronoun proper protein proud prove prudent pulley
pulse pumice pumpkin punch pupil puppet purchase purple puzzle pyramid python quack quaint quality quantum quarry
quasar quench quest quiche quiet quill quinoa quip quiver quota rabbit raccoon radar radial raft rafter ragtime
railway rainbow raisin rally ramp ranch random ranger rapid rapport raptor rascal rate rattle raven ravine razor
reason rebel rebus recess recipe record recruit redwood reed reflex reform refuge regatta reggae region regular
rehearse reindeer relax relief remark remedy remote renown repair reply report reptile republic request rescue respect
result return reunion revenue review reward rhapsody rhubarb rhythm rich ride rigid ringlet ripple ritual rival
roadster roar roast robin robot robust rodeo romance rooster rosebud rotate rotunda roulette round routine rowboat
royal rubber rucksack rudder ruffle rugby ruler rumba runner runway rural russet rustic safari safe saffron sailor
salary salmon salute sample sandal sapling sapphire sardine satchel satin saturn saucer sausage savanna sawdust
scaffold scale scarf scenic schedule school science scissors scoop score scout scratch screen script scroll sculptor
seafood seagull seaport seaweed second secret sector segment select seminar senator senior sentence sequel serenade
sergeant series sesame session seven shadow shallow shampoo shark shed sheep shelf sheriff shield shimmer shine ship
shirt shoelace shovel show shower shrimp shrub shuffle shutter sidewalk sierra sieve sign signal silence silicon
silver similar siren sister sitcom sixteen size skater sketch skillet skin skunk skyline slab slalom sleepy sleet
slice slim slipper slogan slope small smart smile smith smoke smooth snack snail snapshot sneaker snippet snorkel
snowfall snug soap soccer social sodium sofa softball solar solid soloist solstice sombrero sonata sonic soprano
sorbet sorrel sour south souvenir soybean space spaniel sparrow spatula spear special speech speed spell sphere spider
spike spinach spiral splash splendid splinter sponge spoon sporty spot spray spring spruce square squid stable stadium
staff stage stalk stamina stamp stand star starch statue steady steeple stencil step stereo steward stick still
stingray stirrup stitch stone stool storage stork straw stream strip strong studio sturdy subtle suburb subway sudden
sugar suit sulfur summer sundial sunset superb supper surfer surgeon surname surplus survey sushi suspend swampy swan
sweater swift swing swivel sycamore syllable symphony synopsis syntax syrup system tablet tackle tactic tadpole talcum
talent tall tamale tandem tangent tape tapioca target tariff tarnish tartan tassel taste tattoo taxi teacup teapot
teardrop teaspoon telegram temper tempo tenant tennis tenor tent tepid term terrace textile thank thaw theater theme
theory thermos thick thimble thing third thirty thistle thorn thousand thread three thrift throw thumb thunder
thursday tiara tidy tiger tighten tilt timid tinker tinsel tiptoe tissue titanium title today toddler toenail tofu
token tomato tomorrow toolbox tooth topaz topic topsoil torch tornado tortoise total toucan tourist tower township
trace trader traffic trail transit tray treaty trek trellis tremor trend tribe trickle trident trifle trilogy trinket
trio tripod triumph trolley trombone trophy trouble trout trowel truck true trumpet truth tuba tuesday tugboat tulip
tundra tungsten tunic tunnel turban turf turkey turmeric turnip turret turtle tusk tutor tuxedo tweed twelve twenty
twig twilight twinkle twist typhoon typical ultimate umbrella unaware uncle under unicorn uniform unique unison unit
universe unknown until unusual update upgrade upland upright upstairs upward urchin urgent useful usher usual utensil
utility utopia vacation vaccine vacuum valiant valid valley valor value vanish variety vase vehicle velcro velvet
vendor venture veranda verdict verify verse vertical vessel vest veteran viaduct vibrant victory video view vigor
village vinegar vintage vinyl viola violet virtue visa vision visual vital vivid vogue voice void volcano volume voter
voucher voyage waffle wagon waiter walk walker wallaby walnut walrus waltz wander warbler warm warrior washer wasp
watchdog weave website wedding weekend welcome welder well western wharf wheat whimsy whisker white wicker widget
width wild wildcat window winter wisdom wishbone wolf wombat woodland wool worker world worthy wreath wren wrench
wrestler wrinkle wrist yacht yard yearly yodel yogurt yolk yonder young zebra zenith zero zigzag zinc zipper zircon
zodiac zoology zucchini
`;

export const SAFETY_WORDS: readonly string[] = WORDS.trim().split(/\s+/);
