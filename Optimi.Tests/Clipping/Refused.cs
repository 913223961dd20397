using NUnit.Framework.Constraints;

namespace Optimi.Tests;

/// <summary>Options that are refused.</summary>
internal static class Refused
{
    /// <summary>An option's error that says something.</summary>
    public static ContainsConstraint With(string part) => Throws.TypeOf<OptionException>().With.Message.Contains(part);
}
