using System.Collections;

namespace Optimi.TorchSharp;

/// <summary>Parameters of a group, and what errors and checkpoints call them.</summary>
/// <param name="parameters">Names and parameters, as <c>model.named_parameters()</c> gives them.</param>
internal sealed class NamedParameters(IEnumerable<(string Name, TorchParameter Parameter)> parameters) : IEnumerable<TorchParameter>
{
    private readonly (string Name, TorchParameter Parameter)[] _parameters = [.. parameters];

    public string NameOf(int index) => _parameters[index].Name;

    public IEnumerator<TorchParameter> GetEnumerator() => _parameters.Select(named => named.Parameter).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
