-- By what names sources know the countries whose holidays are known: codes, English names, their own.
with named as (
    select *
    from (
        values
            ('AT', 'at aut austria österreich'),
            ('AU', 'au aus australia'),
            ('BE', 'be bel belgium belgië belgique'),
            ('CA', 'ca can canada'),
            ('CH', 'ch che switzerland schweiz suisse svizzera'),
            ('CZ', 'cz cze czechia czech_republic česko'),
            ('DE', 'de deu germany deutschland'),
            ('DK', 'dk dnk denmark danmark'),
            ('ES', 'es esp spain españa'),
            ('FI', 'fi fin finland suomi'),
            ('FR', 'fr fra france'),
            ('GB', 'gb gbr uk united_kingdom great_britain england wales'),
            ('IE', 'ie irl ireland éire'),
            ('IT', 'it ita italy italia'),
            ('NL', 'nl nld netherlands the_netherlands nederland holland'),
            ('NO', 'no nor norway norge'),
            ('NZ', 'nz nzl new_zealand'),
            ('PL', 'pl pol poland polska'),
            ('PT', 'pt prt portugal'),
            ('SE', 'se swe sweden sverige'),
            ('US', 'us usa united_states united_states_of_america')
    ) as known (country_code, names)
),

final as (
    select
        named.country_code,
        replace(each.name, '_', ' ') as name
    from named
    cross join unnest(split(named.names, ' ')) as each (name)
)

select * from final
