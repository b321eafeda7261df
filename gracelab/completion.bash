# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for gracelab; with or without the bash-completion package. What
# subcommands and options there are, the program's own help says.

# Sets COMPREPLY to those of the words in $2 that begin with $1.
_gracelab_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

# Prints the program's help, of a subcommand if one is given.
_gracelab_help()
{
	"${words[0]/#~\//$HOME/}" "$@" --help 2>/dev/null
}

# Prints the names of all subcommands.
_gracelab_commands()
{
	_gracelab_help | sed -n 's/^  \([a-z][a-z-]*\)  *[A-Z].*/\1/p'
}

# Prints the options of a subcommand, or of all; with a `=` if one takes a
# value, `-o` too.
_gracelab_options()
{
	_gracelab_help "$@" | sed -n 's/^ *\(-[^ ].*\)/\1/p' |
		grep -oE -- '^-[a-zA-Z]|--[a-z0-9-]+=?' | sort -u
}

# Whether the word before is an option whose value is a word of its own.
_gracelab_takes_value()
{
	local command

	[[ $1 == -o ]] && return
	[[ $1 == --* ]] || return 1
	for command in $(_gracelab_commands); do
		_gracelab_options "$command" | grep -qxF -e "$1=" && return
	done
	return 1
}

# Prints the subcommand that stands before the cursor, if any.
_gracelab_command()
{
	local i only_arguments=

	for ((i = 1; i < $1; i++)); do
		if [[ $only_arguments || ${words[i]} != -?* ]]; then
			echo "${words[i]}"
			return
		fi
		if [[ ${words[i]} == -- ]]; then
			only_arguments=1
		elif [[ ${words[i]} != *=* ]] &&
			_gracelab_takes_value "${words[i]}"; then
			# Behind a `=` that bash splits off, or a blank.
			((++i))
			[[ ${words[i]-} == = ]] && ((++i))
		fi
	done
}

# Prints the folder that --transcripts names, if any.
_gracelab_folder()
{
	local i folder=

	for ((i = 1; i < ${#words[@]}; i++)); do
		case ${words[i]} in
		--transcripts=?*)
			folder=${words[i]#*=}
			;;
		--transcripts)
			folder=${words[i + 1]-}
			[[ $folder == = ]] && folder=${words[i + 2]-}
			;;
		esac
	done
	echo "${folder/#~\//$HOME/}"
}

# The names that list shows, and the paths of .lab files.
_gracelab_experiments()
{
	local program=${words[0]/#~\//$HOME/} folder names=
	local -a list=(list)

	folder=$(_gracelab_folder)
	[[ $folder ]] && list+=("--transcripts=$folder")
	[[ $1 == */* ]] ||
		names=$("$program" "${list[@]}" 2>/dev/null | cut -d ' ' -f 1)
	mapfile -t COMPREPLY < <(
		compgen -W "$names" -- "$1"
		compgen -f -X '!*.lab' -- "$1"
	)
	# Folders on the way to a .lab file: in a path, or if nothing else fits.
	if [[ $1 == */* ]]; then
		compopt -o filenames -o plusdirs
	else
		compopt -o filenames -o dirnames
	fi
}

# The values of an option; false if the option has none to offer.
_gracelab_values()
{
	local command=$2

	case $1 in
	--format)
		# What stands before the full stop of its line in the help.
		_gracelab_words "$cur" "$(_gracelab_help ${command:+"$command"} |
			sed -n '/--format=/,/^ *-[^-]*--[^f]/p' |
			grep -oE '\<(text|json|junit|svg|mermaid|html)\>' |
			sort -u)"
		;;
	--only)
		_gracelab_words "$cur" "$("${words[0]/#~\//$HOME/}" \
			"${command:-audit}" --list 2>/dev/null |
			cut -d ' ' -f 1)"
		;;
	--tls | --tls-front | --tls-back)
		_gracelab_words "$cur" '1.2 1.3'
		;;
	--baseline | --ca | --input | --junit | --keylog | --output | -o | \
		--pcap | \
		--preamble | --request)
		# readline's own completion of file names.
		compopt -o default
		;;
	--transcripts)
		compopt -o dirnames
		;;
	*)
		_gracelab_takes_value "$1"
		;;
	esac
}

# Completes the path behind `unix:`; false where there is none. readline splits
# at the `:`, unless COMP_WORDBREAKS says otherwise.
_gracelab_unix()
{
	local path=${1#unix:} before=

	path=${path#:}
	[[ ${COMP_LINE:0:COMP_POINT} == *[\ =]unix:"$path" ]] || return 1
	[[ $1 != unix:* ]] || before=unix:
	mapfile -t COMPREPLY < <(compgen -f -P "$before" -- "$path")
	compopt -o filenames
}

# Completes what stands behind a `--`, a command of its own; false if there is
# no such.
_gracelab_behind()
{
	local i

	for ((i = 1; i < cword; i++)); do
		[[ ${words[i]} == -- ]] && break
	done
	((i < cword)) || return
	if ((i + 1 < cword)); then
		# What the command takes is for its own completion to say.
		if declare -F _command_offset >/dev/null; then
			_command_offset $((i + 1))
		else
			compopt -o default
		fi
	elif [[ $cur == */* ]]; then
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -c -- "$cur" | sort -u)
	fi
}

_gracelab()
{
	local cur prev words cword split='' command

	COMPREPLY=()
	if declare -F _init_completion >/dev/null; then
		_init_completion -s || return
	else
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
		cur=${words[cword]} prev=${words[cword - 1]}
		# readline splits `--option=value` at the `=`.
		if [[ $cur == = ]]; then
			cur='' split=true
		elif [[ $prev == = && $cword -gt 1 ]]; then
			prev=${words[cword - 2]} split=true
		fi
	fi

	_gracelab_unix "$cur" && return
	command=$(_gracelab_command "$cword")
	if [[ $command == @(client|proxy|watch) ]] && _gracelab_behind; then
		return
	fi
	if [[ $prev == -* ]] && _gracelab_values "$prev" "$command"; then
		return
	fi
	[[ $split == true ]] && return
	if [[ $cur == -* ]]; then
		_gracelab_words "$cur" "$(_gracelab_options \
			${command:+"$command"})"
		[[ ${COMPREPLY-} == *= ]] && compopt -o nospace
		return
	fi
	case $command in
	'') _gracelab_words "$cur" "$(_gracelab_commands)" ;;
	play | check | record | live) _gracelab_experiments "$cur" ;;
	esac
} && complete -F _gracelab gracelab
