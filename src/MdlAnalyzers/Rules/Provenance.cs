using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules;

/// <summary>Where an MDL came from.</summary>
internal static class Provenance
{
    /// <summary>Whether a field keeps the MDL: what happened to it before is not seen.</summary>
    public static bool IsKept(ObjectId mdl)
    {
        for (ObjectId? id = mdl; id is not null; id = id.Owner)
        {
            if (id.IsRequestMdl)
                return false;
            if (id is { Kind: ObjectOrigin.This or ObjectOrigin.Symbol, Symbol: not (IParameterSymbol or ILocalSymbol) })
                return true;
        }

        return mdl is { Kind: ObjectOrigin.Member, Symbol: IFieldSymbol };
    }
}
