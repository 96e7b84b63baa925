package demo

// The words that names, addresses and articles are made of. Cities go with
// their real postcodes; everything put together from them is invented.

var firstNames = []string{
	"Adèle", "Agnès", "Alain", "Alice", "Amélie", "André", "Anne", "Antoine", "Aurélie", "Béatrice", "Benoît", "Bruno",
	"Camille", "Carole", "Catherine", "Cécile", "Chloé", "Christophe", "Claire", "Clément", "Damien", "Delphine", "Denis",
	"Didier", "Élise", "Éloïse", "Emma", "Éric", "Fabien", "Florence", "Françoise", "Gaël", "Geneviève", "Gérard", "Hélène",
	"Hugo", "Inès", "Isabelle", "Jean-Marc", "Jérôme", "Joëlle", "Julie", "Karim", "Laëtitia", "Laurent", "Léa", "Loïc",
	"Lucie", "Manon", "Marc", "Marie-Claude", "Mathilde", "Maxime", "Mélanie", "Nadia", "Nathalie", "Nicolas", "Noémie",
	"Olivier", "Pascal", "Patrick", "Pauline", "Philippe", "Quentin", "Raphaël", "Rémi", "Romain", "Sabine", "Samir",
	"Sandrine", "Sébastien", "Solène", "Stéphane", "Sylvie", "Théo", "Thierry", "Valérie", "Véronique", "Xavier", "Yann", "Zoé",
}

var lastNames = []string{
	"Aubertin", "Bachelet", "Barbier", "Beaulieu", "Bellanger", "Besnard", "Blanchet", "Boivin", "Bonhomme", "Bouvier", "Brunet",
	"Cailloux", "Carlier", "Chastel", "Chevallier", "Clavel", "Collet", "Corbin", "Coulon", "Dassier", "Delorme", "Desroches",
	"Doucet", "Ducasse", "Dumontel", "Duvivier", "Escoffier", "Fabre", "Fauconnier", "Ferrand", "Fontanel", "Fournel",
	"Gaillard", "Garrigue", "Gautherin", "Gosselin", "Grandjean", "Guérin", "Guichard", "Hardouin", "Hérault", "Hubert",
	"Imbert", "Jacquemin", "Jolivet", "Joubert", "Kerbrat", "Labarre", "Lacombe", "Laffont", "Lagarde", "Lambert", "Langlois",
	"Laporte", "Lavigne", "Le Goff", "Lemoine", "Lenoir", "Lévêque", "Lhermitte", "Mallet", "Marchand", "Mercier", "Meunier",
	"Michelet", "Monnier", "Morvan", "Noiret", "Nougaret", "Olivieri", "Pasquier", "Pélissier", "Perrault", "Picard", "Poulain",
	"Prévost", "Quentin", "Rabier", "Regnault", "Renard", "Rivoire", "Robichon", "Roche", "Roussel", "Sabatier", "Salomon",
	"Savary", "Séguin", "Simonet", "Tardieu", "Teyssier", "Thévenin", "Tissot", "Vacher", "Valette", "Vasseur", "Verdier",
	"Vernet", "Viala", "Vidal", "Villard", "Vincent", "Weber", "Ybert", "Zimmermann",
}

var streets = []string{
	"rue de la République", "rue Victor-Hugo", "place du Marché", "rue des Orfèvres", "avenue de la Gare", "rue Saint-Jean",
	"Grande Rue", "rue du Commerce", "cours Mirabelle", "quai des Tanneurs", "rue de l'Horloge", "place de la Mairie",
	"rue du Faubourg", "boulevard Carnot", "rue des Carmes", "rue Pasteur", "rue Gambetta", "passage du Cygne",
	"rue de la Monnaie", "avenue Jean-Jaurès", "rue des Lilas", "rue Notre-Dame", "place aux Herbes", "rue du Temple",
	"rue de Paris", "chemin des Vignes", "allée des Tilleuls", "impasse du Puits", "rue Basse", "rue des Halles",
}

type city struct{ postcode, name string }

var cities = []city{
	{"75004", "Paris"}, {"75009", "Paris"}, {"69002", "Lyon"}, {"13001", "Marseille"}, {"33000", "Bordeaux"}, {"31000", "Toulouse"},
	{"44000", "Nantes"}, {"59000", "Lille"}, {"67000", "Strasbourg"}, {"35000", "Rennes"}, {"34000", "Montpellier"}, {"06000", "Nice"},
	{"21000", "Dijon"}, {"25000", "Besançon"}, {"54000", "Nancy"}, {"57000", "Metz"}, {"51100", "Reims"}, {"76000", "Rouen"},
	{"14000", "Caen"}, {"29200", "Brest"}, {"56000", "Vannes"}, {"49000", "Angers"}, {"72000", "Le Mans"}, {"37000", "Tours"},
	{"45000", "Orléans"}, {"18000", "Bourges"}, {"86000", "Poitiers"}, {"17000", "La Rochelle"}, {"87000", "Limoges"}, {"63000", "Clermont-Ferrand"},
	{"42000", "Saint-Étienne"}, {"38000", "Grenoble"}, {"73000", "Chambéry"}, {"74000", "Annecy"}, {"26000", "Valence"}, {"84000", "Avignon"},
	{"30000", "Nîmes"}, {"34500", "Béziers"}, {"11000", "Carcassonne"}, {"66000", "Perpignan"}, {"64000", "Pau"}, {"64100", "Bayonne"},
	{"40000", "Mont-de-Marsan"}, {"47000", "Agen"}, {"24000", "Périgueux"}, {"19100", "Brive-la-Gaillarde"}, {"46000", "Cahors"}, {"12000", "Rodez"},
	{"81000", "Albi"}, {"83000", "Toulon"}, {"20000", "Ajaccio"}, {"68000", "Colmar"}, {"88000", "Épinal"}, {"10000", "Troyes"},
	{"89000", "Auxerre"}, {"71000", "Mâcon"}, {"39000", "Lons-le-Saunier"}, {"01000", "Bourg-en-Bresse"}, {"80000", "Amiens"}, {"62000", "Arras"},
}

// shopKinds are patterns of a jeweller's name; %s is a family name.
var shopKinds = []string{
	"Bijouterie %s", "Joaillerie %s", "Horlogerie %s", "Maison %s", "%s Joailliers", "L'Écrin de %s", "Or & Argent %s",
	"Orfèvrerie %s", "Atelier %s", "%s & Filles", "Aux Perles de %s", "Le Cœur d'Or %s",
}

var jobs = []string{
	"Gérante", "Gérant", "Responsable des achats", "Comptable", "Vendeuse", "Vendeur", "Directrice de magasin", "Assistante", "Horloger", "Sertisseur",
}

// remarks are what a seller writes about a customer for himself.
var remarks = []string{
	InternalMark + " paie en retard", InternalMark + " marge à surveiller", InternalMark + " négocie toujours", InternalMark + " litige 2024 clos",
	InternalMark + " ne plus livrer sans acompte", InternalMark + " gros potentiel", "",
}

// orderTexts are comment lines of documents: they carry no article.
var orderTexts = []string{
	"Emballage cadeau demandé", "Livraison avant 12 h", "Gravure selon votre courriel", "Remplace la pièce défectueuse",
	"Merci de votre confiance", "Suite à notre entretien téléphonique", "Votre sélection du salon",
}
