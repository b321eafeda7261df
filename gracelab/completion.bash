# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for gracelab; with or without the bash-completion package.

# Sets COMPREPLY to those of the words in $2 that begin with $1.
_gracelab_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
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
		case ${words[i]} in
		--) only_arguments=1 ;;
		-o | --format | --output | --patience | --pcap | --transcripts)
			# Its value follows, behind a `=` that bash splits off.
			((++i))
			[[ ${words[i]-} == = ]] && ((++i))
			;;
		esac
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

_gracelab()
{
	local cur prev words cword split=
	local options='--ascii --confirm --format= --help --host -o --output=
		--patience= --pcap= --step --transcripts= --usage --version'

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

	case $prev in
	--format)
		_gracelab_words "$cur" 'json junit mermaid svg text'
		return
		;;
	--output | -o | --pcap | --preamble | --request)
		# readline's own completion of file names.
		compopt -o default
		return
		;;
	--transcripts)
		compopt -o dirnames
		return
		;;
	--patience)
		return
		;;
	esac
	[[ $split == true ]] && return
	case $(_gracelab_command "$cword") in
	audit) options='--expect= --format= --help --http= --list --only= -o
		--output= --preamble= --request= --send= --timeout= --tries=' ;;
	proxy) options='--back= --format= --front= --help --idle= --list --only=
		-o --output= --timeout= --' ;;
	esac
	if [[ $cur == -* ]]; then
		_gracelab_words "$cur" "$options"
		[[ ${COMPREPLY-} == *= ]] && compopt -o nospace
		return
	fi
	case $(_gracelab_command "$cword") in
	'') _gracelab_words "$cur" 'audit check list play proxy record' ;;
	play | check | record) _gracelab_experiments "$cur" ;;
	esac
} && complete -F _gracelab gracelab
